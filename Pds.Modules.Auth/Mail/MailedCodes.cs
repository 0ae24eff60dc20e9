using AtProto;
using Pds.Contracts.Auth;
using Pds.Contracts.Identity;
using Pds.Modules.Auth.Storage;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Modules.Auth.Mail;

/// <summary>Mails codes to accounts, and takes them back.</summary>
internal sealed class MailedCodes(MailedTokenStore tokens, Mails mails)
{
    /// <summary>Mails a code to an account, in place of an earlier one for the same.</summary>
    public async Task SendAsync(Account account, MailPurpose purpose, IMessageBus bus, CancellationToken cancellationToken)
    {
        var identity = await bus.InvokeAsync<LocalIdentity?>(new GetIdentity(account.Did), cancellationToken);
        var token = await tokens.CreateAsync(account.Did, purpose, cancellationToken);
        await mails.QueueAsync(purpose, account.Email, identity?.Handle.Value ?? account.Did.Value, token, cancellationToken);
    }

    /// <summary>Uses a code up.</summary>
    /// <param name="did">Whose it is; null for a forgotten password, where who has the code does not say.</param>
    /// <returns>Whose it was.</returns>
    /// <exception cref="XrpcException"><c>InvalidToken</c> or <c>ExpiredToken</c>.</exception>
    public Task<Did> UseAsync(Did? did, MailPurpose purpose, string token, CancellationToken cancellationToken) =>
        tokens.UseAsync(did, purpose, token, cancellationToken);
}
