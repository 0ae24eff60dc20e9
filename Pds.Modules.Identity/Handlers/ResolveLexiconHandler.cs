using Pds.Contracts.Identity;
using Pds.Modules.Identity.Lexicons;

namespace Pds.Modules.Identity.Handlers;

public static class ResolveLexiconHandler
{
    public static async Task<ResolvedLexicon?> HandleAsync(
        ResolveLexicon query, LexiconCache lexicons, CancellationToken cancellationToken) =>
        await lexicons.GetAsync(query.Id, query.Fresh, cancellationToken) is { } lexicon
            ? new ResolvedLexicon(query.Id, lexicon.Json)
            : null;
}
