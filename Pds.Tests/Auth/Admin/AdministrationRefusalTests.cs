using AtProto;
using Microsoft.Extensions.DependencyInjection;
using Pds.Contracts.Auth;
using Pds.Modules.Auth.Storage;
using Pds.Tests.Support;

namespace Pds.Tests.Auth.Admin;

/// <summary>What administrators are refused, and what of invite codes is written into the audit log.</summary>
public sealed class AdministrationRefusalTests(PdsFixture pds) : IAsyncLifetime
{
    private AdminClient _admin = null!;
    private TestAccount _alice = null!;

    public async ValueTask InitializeAsync()
    {
        _admin = new AdminClient(await pds.GetServerAsync());
        _alice = await pds.CreateAccountAsync();
    }

    public ValueTask DisposeAsync()
    {
        _alice.Dispose();
        _admin.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_takedown_of_half_an_address_is_refused()
    {
        var collection = await SetAsync(("$type", "com.atproto.repo.strongRef"), ("uri", $"at://{_alice.Did}/app.bsky.feed.post"), ("cid", Cid()));
        var handle = await SetAsync(
            ("$type", "com.atproto.repo.strongRef"), ("uri", $"at://{_alice.Handle}/app.bsky.feed.post/self"), ("cid", Cid()));
        var nonsense = await SetAsync(("$type", "com.atproto.repo.strongRef"), ("uri", "nonsense"), ("cid", Cid()));
        var blob = await SetAsync(("$type", "com.atproto.admin.defs#repoBlobRef"), ("did", _alice.Did.Value), ("cid", "nonsense"));
        var nobodys = await SetAsync(("$type", "com.atproto.admin.defs#repoBlobRef"), ("did", "nonsense"), ("cid", Cid()));
        var account = await SetAsync(("$type", "com.atproto.admin.defs#repoRef"), ("did", "nonsense"));
        var unknown = await SetAsync(("$type", "com.atproto.admin.defs#repoRef"), ("did", "did:web:nobody.example.com"));

        Assert.All(
            new[] { collection, handle, nonsense },
            reply => AssertRefused(reply, "Input/subject/uri must be the URI of a record, by the DID of its repository"));
        AssertRefused(blob, "Input/subject/cid must be a cid");
        Assert.All(new[] { nobodys, account }, reply => AssertRefused(reply, "Input/subject/did must be a did"));
        AssertRefused(unknown, "Account not found", "NotFound");
    }

    [Fact]
    public async Task Addresses_and_handles_that_cannot_be_are_refused()
    {
        using var bob = await pds.CreateAccountAsync();

        var email = await _admin.ProcedureAsync("com.atproto.admin.updateAccountEmail", new { account = _alice.Did, email = "not an address" });
        var handle = await _admin.ProcedureAsync("com.atproto.admin.updateAccountHandle", new { did = _alice.Did, handle = bob.Handle });
        var nobody = await _admin.ProcedureAsync(
            "com.atproto.admin.updateAccountHandle", new { did = "did:web:nobody.example.com", handle = TestAccount.NewHandle() });
        var empty = await _admin.ProcedureAsync("com.atproto.admin.updateAccountPassword", new { did = _alice.Did, password = "" });

        AssertRefused(email, "This email address is not supported, please use a different email.");
        AssertRefused(handle, $"Handle already taken: {bob.Handle}", "HandleNotAvailable");
        Assert.Equal((403, "AccountNotFound", "Account not found"), (nobody.Status, nobody.Error, nobody.Message));
        AssertRefused(empty, "Invalid password length.");
    }

    [Fact]
    public async Task More_accounts_than_are_told_at_once_are_refused()
    {
        var dids = Enumerable.Range(0, 101).Select(number => ("dids", (object?)$"did:web:a{number}.example.com")).ToArray();

        var reply = await _admin.QueryAsync("com.atproto.admin.getAccountInfos", dids);

        AssertRefused(reply, "At most 100 accounts can be asked for at once");
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(10_001, 1)]
    [InlineData(5_001, 2)]
    public async Task More_codes_than_are_made_at_once_are_refused(int codeCount, int owners)
    {
        var forAccounts = Enumerable.Range(0, owners).Select(number => $"did:web:a{number}.example.com");

        var reply = await _admin.ProcedureAsync("com.atproto.server.createInviteCodes", new { useCount = 1, codeCount, forAccounts });

        AssertRefused(reply, "Between 0 and 10000 codes can be made at once");
    }

    [Fact]
    public async Task Deleting_who_is_not_here_does_nothing() =>
        (await _admin.ProcedureAsync("com.atproto.admin.deleteAccount", new { did = "did:web:nobody.example.com" })).Ok();

    [Fact]
    public async Task Codes_of_the_administrator_are_not_disabled_all_at_once()
    {
        var reply = await _admin.ProcedureAsync("com.atproto.admin.disableInviteCodes", new { accounts = new[] { "admin" } });

        Assert.Equal((400, "InvalidRequest", "cannot disable admin invite codes"), (reply.Status, reply.Error, reply.Message));
    }

    [Fact]
    public async Task What_is_done_about_invite_codes_is_in_the_audit_log()
    {
        var code = (await _admin.ProcedureAsync(
            "com.atproto.server.createInviteCode", new { useCount = 2, forAccount = _alice.Did })).Ok().Json.GetProperty("code").GetString()!;
        (await _admin.ProcedureAsync(
            "com.atproto.server.createInviteCodes", new { useCount = 1, codeCount = 3, forAccounts = new[] { _alice.Did } })).Ok();
        (await _admin.ProcedureAsync("com.atproto.admin.disableAccountInvites", new { account = _alice.Did, note = "sold them" })).Ok();
        (await _admin.ProcedureAsync("com.atproto.admin.enableAccountInvites", new { account = _alice.Did })).Ok();
        (await _admin.ProcedureAsync("com.atproto.admin.disableInviteCodes", new { codes = new[] { code }, accounts = new[] { _alice.Did } })).Ok();

        Assert.Equal(
            [
                ("com.atproto.admin.disableInviteCodes", null),
                ("com.atproto.admin.enableAccountInvites", null),
                ("com.atproto.admin.disableAccountInvites", "sold them"),
                ("com.atproto.server.createInviteCodes", "3 codes for 1 uses each"),
                ("com.atproto.server.createInviteCode", "1 code for 2 uses"),
            ],
            await AuditAsync(_alice.Did.Value));
        Assert.Equal([("com.atproto.admin.disableInviteCodes", null)], await AuditAsync(code));
    }

    private async Task<(string, string?)[]> AuditAsync(string subject)
    {
        var audit = (await pds.GetServerAsync()).Services.GetRequiredService<AuditStore>();
        var entries = await audit.ListAsync(
            new ListAudit("admin", null, subject, null, null, null, 20), TestContext.Current.CancellationToken);
        return [.. entries.Select(entry => (entry.Action, entry.Detail))];
    }

    private Task<XrpcReply> SetAsync(params (string Name, string Value)[] subject) =>
        _admin.SetStatusAsync(subject.ToDictionary(member => member.Name, member => member.Value), new { applied = true });

    private static void AssertRefused(XrpcReply reply, string message, string error = "InvalidRequest") =>
        Assert.Equal((400, error, message), (reply.Status, reply.Error, reply.Message));

    private static string Cid() => AtProto.Cid.Compute(CidCodec.Raw, [1]).ToString();
}
