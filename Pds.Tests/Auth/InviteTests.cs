using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Pds.Tests.Support;

namespace Pds.Tests.Auth;

public sealed class InviteTests(PdsFixture pds)
{
    [Fact]
    public async Task Where_invites_are_required_a_code_opens_the_door_as_often_as_it_says()
    {
        await using var server = await StartAsync();
        var code = (await AsAdminAsync(server, "createInviteCode", new { useCount = 2 })).Ok().Json.GetProperty("code").GetString();

        Assert.Equal((400, "InvalidInviteCode", "No invite code provided"), Summary(await SignUpAsync(server, null)));
        Assert.Equal((400, "InvalidInviteCode", "Provided invite code not available"), Summary(await SignUpAsync(server, "wrong")));
        Assert.Equal(200, (await SignUpAsync(server, code)).Status);
        Assert.Equal(200, (await SignUpAsync(server, code)).Status);
        Assert.Equal((400, "InvalidInviteCode", "Provided invite code not available"), Summary(await SignUpAsync(server, code)));
        var description = await server.Xrpc.QueryAsync("com.atproto.server.describeServer");
        Assert.True(description.Ok().Json.GetProperty("inviteCodeRequired").GetBoolean());
    }

    [Fact]
    public async Task Codes_are_made_for_the_administrator_or_for_each_account()
    {
        const string alice = "did:web:alice.example.com";
        var server = await pds.GetServerAsync();

        var own = await AsAdminAsync(server, "createInviteCodes", new { useCount = 1, codeCount = 3 });
        var given = await AsAdminAsync(
            server,
            "createInviteCodes",
            new { useCount = 1, codeCount = 2, forAccounts = new[] { alice, "did:web:bob.example.com" } });

        var mine = Assert.Single(own.Ok().Json.GetProperty("codes").EnumerateArray());
        Assert.Equal("admin", mine.GetProperty("account").GetString());
        Assert.Equal(3, mine.GetProperty("codes").GetArrayLength());
        Assert.Matches("^localhost-[a-z2-7]{5}-[a-z2-7]{5}$", mine.GetProperty("codes")[0].GetString());
        Assert.Equal(2, given.Ok().Json.GetProperty("codes").GetArrayLength());
        Assert.Equal(alice, given.Json.GetProperty("codes")[0].GetProperty("account").GetString());
    }

    [Fact]
    public async Task Only_the_administrator_makes_codes()
    {
        using var alice = await pds.CreateAccountAsync();

        var reply = await alice.ProcedureAsync("com.atproto.server.createInviteCode", new { useCount = 1 });

        Assert.Equal((401, "AuthenticationRequired", "Authentication Required"), Summary(reply));
    }

    private Task<PdsServer> StartAsync() =>
        pds.StartServerAsync(new Dictionary<string, string> { ["PDS_INVITE_REQUIRED"] = "true" });

    private static Task<XrpcReply> SignUpAsync(PdsServer server, string? inviteCode)
    {
        var handle = TestAccount.NewHandle();
        return server.Xrpc.ProcedureAsync(
            "com.atproto.server.createAccount",
            new { handle, email = $"{handle.Split('.')[0]}@mail.test", password = "secret", inviteCode });
    }

    private static Task<XrpcReply> AsAdminAsync(PdsServer server, string method, object input)
    {
        var credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes($"admin:{PdsServer.AdminPassword}"));
        return server.Xrpc.SendAsync(new HttpRequestMessage(HttpMethod.Post, $"/xrpc/com.atproto.server.{method}")
        {
            Content = JsonContent.Create(input, new MediaTypeHeaderValue("application/json")),
            Headers = { Authorization = new AuthenticationHeaderValue("Basic", credentials) },
        });
    }

    private static (int, string?, string?) Summary(XrpcReply reply) => (reply.Status, reply.Error, reply.Message);
}
