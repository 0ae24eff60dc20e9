using System.Text;
using AtProto;
using Pds.Tests.Support;

namespace Pds.Tests.Web.Console;

/// <summary>Records, blobs and invite codes at the console.</summary>
public sealed class ConsoleContentTests(PdsFixture pds) : IAsyncLifetime
{
    private PageVisitor _console = null!;
    private TestAccount _alice = null!;

    public async ValueTask InitializeAsync()
    {
        _console = await ConsoleVisit.SignInAsync(await pds.GetServerAsync());
        _alice = await pds.CreateAccountAsync();
    }

    public ValueTask DisposeAsync()
    {
        _alice.Dispose();
        _console.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_record_is_hidden_and_shown_again()
    {
        var uri = AtUri.Parse((await _alice.CreateRecordAsync(Records.Post("rude"))).Ok().Json.GetProperty("uri").GetString()!);
        await _console.GoAsync($"/admin/content?uri={Uri.EscapeDataString($"at://{_alice.Handle}/{uri.Collection}/{uri.Rkey}")}");
        Assert.Contains($"<code>{uri}</code>", _console.Html, StringComparison.Ordinal);

        await _console.PressAsync("Take it down", ("reference", "rude"));
        var hidden = await GetAsync(uri);
        Assert.Contains("<span class=\"badge bad\">taken down</span> rude", _console.Html, StringComparison.Ordinal);
        await _console.PressAsync("Let it be seen again");

        Assert.Equal("RecordNotFound", hidden.Error);
        (await GetAsync(uri)).Ok();
        await _console.GoAsync($"/admin/audit?actor=console&subject={_alice.Did}");
        Assert.Contains($"<code>{uri}</code>", _console.Html, StringComparison.Ordinal);
        Assert.Contains(">takedown applied rude<", _console.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_blob_is_given_out_no_more_and_again()
    {
        var bytes = Encoding.UTF8.GetBytes($"bytes of {_alice.Did}");
        var blob = (await _alice.ProcedureAsync("com.atproto.repo.uploadBlob", bytes, "text/plain")).Ok().Json.GetProperty("blob");
        (await _alice.CreateRecordAsync(new { blob }, "com.example.thing")).Ok();
        var cid = blob.GetProperty("ref").GetProperty("$link").GetString()!;
        await _console.GoAsync($"/admin/content?did={_alice.Did}&cid={cid}");

        await _console.PressAsync("Take it down");
        var hidden = await pds.Xrpc.QueryAsync("com.atproto.sync.getBlob", ("did", _alice.Did), ("cid", cid));
        await _console.PressAsync("Let it be seen again");

        Assert.Equal("BlobNotFound", hidden.Error);
        (await pds.Xrpc.QueryAsync("com.atproto.sync.getBlob", ("did", _alice.Did), ("cid", cid))).Ok();
    }

    [Theory]
    [InlineData("uri=nonsense", "This is not the address of a record.")]
    [InlineData("uri=at://did:web:nobody.example.com/app.bsky.feed.post/3jzfcijpj2z2a", "There is no such record here.")]
    [InlineData("did=nonsense&cid=x", "This is not a DID.")]
    [InlineData("did=did:web:nobody.example.com&cid=x", "This is not a CID.")]
    public async Task What_is_not_there_is_told(string query, string text)
    {
        await _console.GoAsync($"/admin/content?{query}");

        Assert.Contains(text, _console.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("Take it down", _console.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Codes_are_made_for_somebody_shown_and_disabled()
    {
        using var admin = new AdminClient(await pds.GetServerAsync());
        await _console.GoAsync("/admin/invites");
        await _console.PressAsync("Make the codes", ("count", "0"), ("uses", "1"), ("owner", "nobody"));
        Assert.Equal(400, _console.Status);
        Assert.Contains("<a href=\"#f-owner\">This is not a DID.</a>", _console.Html, StringComparison.Ordinal);

        await _console.PressAsync("Make the codes", ("count", "3"), ("uses", "2"), ("owner", _alice.Did.Value));

        var codes = System.Text.RegularExpressions.Regex.Matches(_console.Html, "<li><code>(localhost-[a-z2-7-]+)</code></li>")
            .Select(match => match.Groups[1].Value).ToArray();
        Assert.Equal(3, codes.Length);
        await _console.PressAsync($"Disable {codes[0]}");
        Assert.Contains("The code is disabled.", _console.Html, StringComparison.Ordinal);
        var info = (await admin.QueryAsync("com.atproto.admin.getAccountInfo", ("did", _alice.Did))).Ok().Json;
        var invites = info.GetProperty("invites").EnumerateArray().ToArray();
        Assert.All(invites, invite => Assert.Equal(2, invite.GetProperty("available").GetInt32()));
        Assert.Equal(codes[0], Assert.Single(invites, invite => invite.GetProperty("disabled").GetBoolean()).GetProperty("code").GetString());

        await _console.PressAsync("Disable all of its codes", ("of", _alice.Did.Value));
        info = (await admin.QueryAsync("com.atproto.admin.getAccountInfo", ("did", _alice.Did))).Ok().Json;
        Assert.All(info.GetProperty("invites").EnumerateArray(), invite => Assert.True(invite.GetProperty("disabled").GetBoolean()));
        await _console.GoAsync($"/admin/audit?actor=console&subject={_alice.Did}");
        Assert.Contains(">3 codes for 2 uses each<", _console.Html, StringComparison.Ordinal);
        Assert.Contains(">all of its codes<", _console.Html, StringComparison.Ordinal);
    }

    private Task<XrpcReply> GetAsync(AtUri uri) => pds.Xrpc.QueryAsync(
        "com.atproto.repo.getRecord", ("repo", _alice.Did), ("collection", uri.Collection), ("rkey", uri.Rkey));
}
