using System.Text.Json;
using AtProto;
using AtProto.Identity;
using AtProto.Stream;
using Pds.Contracts.Identity;
using Pds.Tests.Support;
using Pds.Xrpc;

namespace Pds.Tests.Identity;

public sealed class UpdateHandleTests(PdsFixture pds)
{
    private const string UpdateHandle = "com.atproto.identity.updateHandle";

    [Fact]
    public async Task A_new_handle_is_in_the_did_document_and_on_the_firehose_and_the_old_one_is_free()
    {
        var server = await pds.GetServerAsync();
        using var alice = await pds.CreateAccountAsync();
        await server.InvokeAsync<ResolvedDid?>(new ResolveDidDocument(alice.Did));
        using var stream = await StreamClient.ConnectAsync(pds.Url);
        var handle = TestAccount.NewHandle();

        (await alice.ProcedureAsync(UpdateHandle, new { handle = handle.ToUpperInvariant() })).Ok();

        var announced = Assert.IsType<IdentityMessage>(Assert.Single(await stream.ReadAsync(alice.Did, 1)));
        var document = DidDocument.Parse((await server.InvokeAsync<ResolvedDid?>(new ResolveDidDocument(alice.Did)))!.Json.Span);
        var resolved = (await pds.Xrpc.QueryAsync("com.atproto.identity.resolveHandle", ("handle", handle))).Ok().Json;
        Assert.Equal(handle, announced.Handle?.Value);
        Assert.Equal(handle, document.Handle?.Value);
        Assert.Equal(alice.Did.Value, resolved.GetProperty("did").GetString());
        Assert.Equal(alice.Handle, (await server.InvokeAsync<CheckedHandle>(new CheckNewHandle(alice.Handle.Value, null))).Handle);
    }

    [Fact]
    public async Task The_own_handle_again_is_announced_without_an_operation()
    {
        using var alice = await pds.CreateAccountAsync();
        using var stream = await StreamClient.ConnectAsync(pds.Url);

        (await alice.ProcedureAsync(UpdateHandle, new { handle = alice.Handle })).Ok();

        Assert.IsType<IdentityMessage>(Assert.Single(await stream.ReadAsync(alice.Did, 1)));
        using var directory = TestHttp.Create(await pds.GetPlcUrlAsync());
        using var log = JsonDocument.Parse(
            await directory.GetStringAsync($"/{alice.Did}/log", TestContext.Current.CancellationToken));
        Assert.Equal(1, log.RootElement.GetArrayLength());
    }

    [Fact]
    public async Task A_handle_of_another_account_is_refused_and_nothing_changes()
    {
        var server = await pds.GetServerAsync();
        using var alice = await pds.CreateAccountAsync();
        using var bob = await pds.CreateAccountAsync();

        var reply = await alice.ProcedureAsync(UpdateHandle, new { handle = bob.Handle });

        Assert.Equal((400, "HandleNotAvailable", $"Handle already taken: {bob.Handle}"), (reply.Status, reply.Error, reply.Message));
        Assert.Equal(alice.Handle, (await server.InvokeAsync<LocalIdentity?>(new GetIdentity(alice.Did)))?.Handle);
    }

    [Theory]
    [InlineData("not a handle", "InvalidHandle", "Input/handle must be a valid handle")]
    [InlineData("alice.local", "InvalidHandle", "Handle TLD is invalid or disallowed")]
    [InlineData("ab.test", "InvalidHandle", "Handle too short")]
    [InlineData("abcdefghijklmnopqrs.test", "InvalidHandle", "Handle too long")]
    [InlineData("al.ice.test", "InvalidHandle", "Invalid characters in handle")]
    [InlineData("admin.test", "HandleNotAvailable", "Reserved handle")]
    [InlineData("nobody.invalid-domain.dev", "InvalidRequest", "External handle did not resolve to DID")]
    public async Task A_handle_that_may_not_be_taken_is_refused_by_its_fault(string handle, string error, string message)
    {
        using var alice = await pds.CreateAccountAsync();

        var reply = await alice.ProcedureAsync(UpdateHandle, new { handle });

        Assert.Equal((400, error, message), (reply.Status, reply.Error, reply.Message));
    }

    [Fact]
    public async Task A_domain_of_ones_own_is_taken_once_it_names_the_did_and_by_nobody_else()
    {
        await using var dns = new TestDns();
        await using var server = await pds.StartServerAsync(new Dictionary<string, string>
        {
            ["PDS_HANDLE_BACKUP_NAMESERVERS"] = dns.Address,
            ["PDS_ID_RESOLVER_TIMEOUT"] = "2000",
        });
        using var alice = await TestAccount.CreateAsync(server);
        using var bob = await TestAccount.CreateAsync(server);
        const string Domain = "alice.invalid-domain.dev";

        var tooEarly = await alice.ProcedureAsync(UpdateHandle, new { handle = Domain });
        dns.Texts[$"_atproto.{Domain}"] = [[$"did={alice.Did}"]];
        var stranger = await bob.ProcedureAsync(UpdateHandle, new { handle = Domain });
        (await alice.ProcedureAsync(UpdateHandle, new { handle = Domain })).Ok();

        var refusal = (400, "InvalidRequest", "External handle did not resolve to DID");
        Assert.Equal(refusal, (tooEarly.Status, tooEarly.Error, tooEarly.Message));
        Assert.Equal(refusal, (stranger.Status, stranger.Error, stranger.Message));
        Assert.Equal(
            alice.Did.Value,
            (await server.Xrpc.QueryAsync("com.atproto.identity.resolveHandle", ("handle", Domain))).Ok().Json.GetProperty("did").GetString());
    }

    [Fact]
    public async Task A_page_gets_the_handle_as_it_is_kept()
    {
        var server = await pds.GetServerAsync();
        using var alice = await pds.CreateAccountAsync();
        var handle = TestAccount.NewHandle();

        var changed = await server.InvokeAsync<CheckedHandle>(new ChangeHandle(alice.Did, handle.ToUpperInvariant()));

        Assert.Equal(handle, changed.Handle.Value);
    }

    [Fact]
    public async Task Nobody_without_an_account_here_has_a_handle()
    {
        var server = await pds.GetServerAsync();
        var stranger = Did.Parse("did:plc:z72i7hdynmk6r22z27h6tvur");

        var refusal = await Assert.ThrowsAsync<XrpcException>(
            () => server.InvokeAsync<CheckedHandle>(new ChangeHandle(stranger, TestAccount.NewHandle())));

        Assert.Equal("AccountNotFound", refusal.Error);
    }
}
