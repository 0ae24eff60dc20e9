using AtProto;
using AtProto.Lexicons;

namespace Pds.Tests.Protocol;

public sealed class BundledLexiconTests
{
    private static readonly LexiconCatalog Bundled = LexiconCatalog.Bundled;

    [Fact]
    public void Every_document_is_under_its_own_name()
    {
        var documents = Documents();

        Assert.True(documents.Count > 390);
        Assert.All(documents, pair => Assert.Equal(pair.Key, pair.Value.Id));
    }

    [Fact]
    public void Every_reference_leads_somewhere()
    {
        foreach (var (_, document) in Documents())
        {
            foreach (var reference in document.References)
            {
                Assert.True(reference.Resolve(Bundled) is not null, $"{document.Id}: {reference.Target}");
            }
        }
    }

    [Fact]
    public void The_record_schemas_are_those_of_the_catalogue() => Assert.Equal(
        [
            "app.bsky.actor.contentVisibilityDeclaration",
            "app.bsky.actor.profile",
            "app.bsky.actor.status",
            "app.bsky.feed.generator",
            "app.bsky.feed.like",
            "app.bsky.feed.post",
            "app.bsky.feed.postgate",
            "app.bsky.feed.repost",
            "app.bsky.feed.threadgate",
            "app.bsky.graph.block",
            "app.bsky.graph.follow",
            "app.bsky.graph.list",
            "app.bsky.graph.listblock",
            "app.bsky.graph.listitem",
            "app.bsky.graph.referencelistoptout",
            "app.bsky.graph.starterpack",
            "app.bsky.graph.verification",
            "app.bsky.labeler.service",
            "app.bsky.notification.declaration",
            "chat.bsky.actor.declaration",
            "com.atproto.lexicon.schema",
            "com.germnetwork.declaration",
        ],
        Documents().Where(pair => pair.Value.Kind == LexiconKind.Record).Select(pair => pair.Key.Value).Order(StringComparer.Ordinal));

    [Fact]
    public void Alpha_documents_are_not_among_them() => Assert.DoesNotContain(
        Bundled.Ids,
        id => id.Value.StartsWith("com.atproto.space", StringComparison.Ordinal) ||
            id.Value.StartsWith("com.atproto.simplespace", StringComparison.Ordinal));

    [Fact]
    public void A_name_is_looked_up_byte_by_byte()
    {
        Assert.True(Bundled.TryGet(Nsid.Parse("com.atproto.repo.createRecord"), out var document));
        Assert.Equal(LexiconKind.Procedure, document.Kind);
        Assert.False(Bundled.TryGet(Nsid.Parse("com.atproto.repo.createrecord"), out _));
    }

    private static Dictionary<Nsid, LexiconDocument> Documents() => Bundled.Ids.ToDictionary(
        id => id,
        id => Bundled.TryGet(id, out var document) ? document : throw new InvalidOperationException(id.Value));
}
