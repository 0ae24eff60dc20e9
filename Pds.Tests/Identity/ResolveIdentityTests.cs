using AtProto.Stream;
using Pds.Modules.Identity.Plc;
using AtProto.Plc;
using Microsoft.Extensions.DependencyInjection;
using Pds.Tests.Support;

namespace Pds.Tests.Identity;

/// <summary>DIDs and handles with their documents, as anyone may look them up.</summary>
public sealed class ResolveIdentityTests(PdsFixture pds)
{
    private const string ResolveDid = "com.atproto.identity.resolveDid";
    private const string ResolveIdentity = "com.atproto.identity.resolveIdentity";
    private const string RefreshIdentity = "com.atproto.identity.refreshIdentity";

    [Fact]
    public async Task A_did_is_resolved_to_its_document()
    {
        using var alice = await pds.CreateAccountAsync();

        var document = (await pds.Xrpc.QueryAsync(ResolveDid, ("did", alice.Did))).Ok().Json.GetProperty("didDoc");

        Assert.Equal(alice.Did.Value, document.GetProperty("id").GetString());
    }

    [Fact]
    public async Task Did_and_handle_lead_to_the_same_identity()
    {
        using var alice = await pds.CreateAccountAsync();

        var byDid = (await pds.Xrpc.QueryAsync(ResolveIdentity, ("identifier", alice.Did))).Ok().Json;
        var byHandle = (await pds.Xrpc.QueryAsync(ResolveIdentity, ("identifier", alice.Handle))).Ok().Json;

        Assert.Equal(alice.Handle.Value, byDid.GetProperty("handle").GetString());
        Assert.Equal(byDid.GetRawText(), byHandle.GetRawText());
    }

    [Fact]
    public async Task A_handle_that_does_not_lead_back_is_not_shown()
    {
        using var alice = await pds.CreateAccountAsync();
        (await alice.ProcedureAsync("com.atproto.server.deactivateAccount", new { })).Ok();

        var identity = (await pds.Xrpc.QueryAsync(ResolveIdentity, ("identifier", alice.Did))).Ok().Json;

        Assert.Equal("handle.invalid", identity.GetProperty("handle").GetString());
    }

    [Fact]
    public async Task What_there_is_not_is_refused_by_its_name()
    {
        var name = TestAccount.NewHandle();
        var handle = await pds.Xrpc.QueryAsync(ResolveIdentity, ("identifier", name));
        var did = await pds.Xrpc.QueryAsync(ResolveDid, ("did", "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"));

        Assert.Equal((400, "HandleNotFound", $"Unable to resolve handle: {name}"), (handle.Status, handle.Error, handle.Message));
        Assert.Equal(
            (400, "DidNotFound", "Could not resolve DID: did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"), (did.Status, did.Error, did.Message));
    }

    [Theory]
    [InlineData("nobody-has-this.test", "HandleNotFound")]
    [InlineData("did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", "DidNotFound")]
    [InlineData("not an identifier", "InvalidRequest")]
    public async Task What_there_is_not_cannot_be_refreshed(string identifier, string error)
    {
        using var alice = await pds.CreateAccountAsync();

        var reply = await alice.ProcedureAsync(RefreshIdentity, new { identifier });

        Assert.Equal((400, error), (reply.Status, reply.Error));
    }

    [Fact]
    public async Task A_did_that_was_ended_is_said_to_be()
    {
        var server = await pds.GetServerAsync();
        using var alice = await pds.CreateAccountAsync();
        var directory = server.Services.GetRequiredService<PlcClient>();
        var last = await directory.GetLastAsync(alice.Did, TestContext.Current.CancellationToken);
        var end = PlcOperation.Tombstone(last!.Cid).Sign(server.Services.GetRequiredService<RotationKey>().Key);
        await directory.SubmitAsync(alice.Did, end, TestContext.Current.CancellationToken);

        var refreshed = await alice.ProcedureAsync(RefreshIdentity, new { identifier = alice.Did });
        var resolved = await pds.Xrpc.QueryAsync(ResolveDid, ("did", alice.Did));

        Assert.All(
            new[] { refreshed, resolved },
            reply => Assert.Equal(
                (400, "DidDeactivated", $"DID has been deactivated: {alice.Did}"), (reply.Status, reply.Error, reply.Message)));
    }

    [Fact]
    public async Task The_network_is_told_when_an_account_refreshes_itself()
    {
        using var alice = await pds.CreateAccountAsync();
        using var stream = await StreamClient.ConnectAsync(pds.Url);

        var identity = (await alice.ProcedureAsync(RefreshIdentity, new { identifier = alice.Handle })).Ok().Json;

        Assert.Equal(alice.Handle.Value, identity.GetProperty("handle").GetString());
        Assert.Equal(alice.Handle, Assert.IsType<IdentityMessage>(Assert.Single(await stream.ReadAsync(alice.Did, 1))).Handle);
    }

    [Fact]
    public async Task Refreshing_takes_an_account()
    {
        var reply = await pds.Xrpc.ProcedureAsync(RefreshIdentity, new { identifier = "alice.test" });

        Assert.Equal((401, "AuthMissing"), (reply.Status, reply.Error));
    }
}
