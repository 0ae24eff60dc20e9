using System.Text.Json;
using AtProto.Lexicons;
using Pds.Tests.Support;

namespace Pds.Tests.Web;

/// <summary>What developers read about the methods.</summary>
public sealed class ReferenceTests(PdsFixture pds)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_list_finds_methods_by_words_and_each_page_says_who_may_call()
    {
        var server = await pds.GetServerAsync();

        var found = await server.Xrpc.Http.GetStringAsync(new Uri("/xrpc?q=upload+BLOB", UriKind.Relative), Cancel);
        var local = await server.Xrpc.Http.GetStringAsync(
            new Uri("/xrpc/_reference/com.atproto.repo.uploadBlob", UriKind.Relative), Cancel);
        var foreign = await server.Xrpc.Http.GetStringAsync(
            new Uri("/xrpc/_reference/chat.bsky.convo.sendMessage", UriKind.Relative), Cancel);

        Assert.Contains("/xrpc/_reference/com.atproto.repo.uploadBlob", found, StringComparison.Ordinal);
        Assert.DoesNotContain("getTimeline", found, StringComparison.Ordinal);
        Assert.Contains("by this server", local, StringComparison.Ordinal);
        Assert.Contains("blob:&lt;media type&gt;", local, StringComparison.Ordinal);
        Assert.Contains("by another service", foreign, StringComparison.Ordinal);
        Assert.Contains("id=\"chat.bsky.convo.defs#messageInput\"", foreign, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Speaks_English_to_everybody_as_the_lexicons_do()
    {
        var server = await pds.GetServerAsync();
        using var question = new HttpRequestMessage(HttpMethod.Get, "/xrpc/_reference/com.atproto.server.confirmEmail");
        question.Headers.AcceptLanguage.ParseAdd("de");

        using var answer = await server.Xrpc.Http.SendAsync(question, Cancel);

        var page = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.Contains("<html lang=\"en\">", page, StringComparison.Ordinal);
        Assert.Contains("Skip to", page, StringComparison.Ordinal);
        Assert.Contains("account:email?action=manage", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_OpenAPI_document_has_every_method_and_every_reference_in_it_leads_somewhere()
    {
        var server = await pds.GetServerAsync();

        var json = JsonElement.Parse(
            await server.Xrpc.Http.GetByteArrayAsync(new Uri("/openapi.json", UriKind.Relative), Cancel));

        var methods = LexiconCatalog.Bundled.Ids.Count(id => LexiconCatalog.Bundled.TryGet(id, out var document)
            && document.Kind is LexiconKind.Query or LexiconKind.Procedure or LexiconKind.Subscription);
        Assert.Equal(methods, json.GetProperty("paths").EnumerateObject().Count());
        var schemas = json.GetProperty("components").GetProperty("schemas");
        Assert.All(References(json), name => Assert.True(schemas.TryGetProperty(name["#/components/schemas/".Length..], out _), name));
        var create = json.GetProperty("paths").GetProperty("/xrpc/com.atproto.repo.createRecord").GetProperty("post");
        Assert.True(create.GetProperty("x-served-here").GetBoolean());
        Assert.Equal(
            ["repo", "collection", "record"],
            create.GetProperty("requestBody").GetProperty("content").GetProperty("application/json").GetProperty("schema")
                .GetProperty("required").EnumerateArray().Select(name => name.GetString()));
    }

    [Fact]
    public async Task The_page_to_try_them_on_loads_nothing_from_elsewhere_and_is_for_developers_alone()
    {
        var server = await pds.GetServerAsync();
        await using var real = await pds.StartServerAsync(new Dictionary<string, string> { ["PDS_DEV_MODE"] = "false" });

        using var page = await server.Xrpc.Http.GetAsync(new Uri("/docs/", UriKind.Relative), Cancel);
        using var missing = await real.Xrpc.Http.GetAsync(new Uri("/docs/", UriKind.Relative), Cancel);

        var html = await page.Content.ReadAsStringAsync(Cancel);
        var policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));
        Assert.Equal((200, 404), ((int)page.StatusCode, (int)missing.StatusCode));
        Assert.DoesNotContain("https://", html, StringComparison.Ordinal);
        Assert.Matches("script-src 'nonce-[^']{16,}'; ", policy);
        Assert.Contains($"nonce=\"{policy.Split("'nonce-")[1].Split('\'')[0]}\"", html, StringComparison.Ordinal);
    }

    private static IEnumerable<string> References(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => json.EnumerateObject().SelectMany(property =>
            property is { Name: "$ref", Value.ValueKind: JsonValueKind.String }
                ? [property.Value.GetString()!]
                : References(property.Value)),
        JsonValueKind.Array => json.EnumerateArray().SelectMany(References),
        _ => [],
    };
}
