using System.Text.Json;
using AtProto;
using AtProto.Repo;
using AtProto.Stream;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pds.Tests.Support;

namespace Pds.Tests.Cli;

public sealed class ImportReferenceTests(PdsFixture pds, ImportedReference imported) : IClassFixture<ImportedReference>
{
    [Fact]
    public async Task Every_repository_and_blob_is_served_as_the_reference_served_it()
    {
        var (reference, server) = await imported.GetAsync();

        foreach (var name in new[] { "alice", "erin" })
        {
            var account = reference.Account(name);
            var did = account.GetProperty("did").GetString();
            var head = (await server.Xrpc.QueryAsync("com.atproto.sync.getLatestCommit", ("did", did))).Ok().Json;
            Assert.True(JsonElement.DeepEquals(account.GetProperty("head"), head), $"{name}: {head}");

            var car = (await server.Xrpc.QueryAsync("com.atproto.sync.getRepo", ("did", did))).Ok().Body;
            Assert.Equal(BlocksOf(reference.Car(name)), BlocksOf(car));
            Assert.Equal(did, (await server.Xrpc.QueryAsync(
                "com.atproto.identity.resolveHandle", ("handle", account.GetProperty("handle")))).Ok().Json.GetProperty("did").GetString());
        }

        var alice = reference.Account("alice").GetProperty("did").GetString()!;
        foreach (var cid in reference.Account("alice").GetProperty("blobs").EnumerateArray().Select(cid => cid.GetString()!))
        {
            var blob = (await server.Xrpc.QueryAsync("com.atproto.sync.getBlob", ("did", alice), ("cid", cid))).Ok();
            Assert.Equal(cid, Cid.Compute(CidCodec.Raw, blob.Body).ToString());
            Assert.Equal("image/png", blob.ContentHeaders.ContentType?.MediaType);
        }
    }

    [Fact]
    public async Task People_and_apps_go_on_with_the_passwords_and_sessions_that_they_have()
    {
        var (reference, server) = await imported.GetAsync();
        var alice = reference.Account("alice");
        var handle = alice.GetProperty("handle").GetString()!;

        // Twice: the first sign-in replaces the hash.
        foreach (var password in new[]
        {
            alice.GetProperty("password"), alice.GetProperty("reader").GetProperty("password"), alice.GetProperty("messenger").GetProperty("password"),
        })
        {
            var first = (await SignInAsync(server, handle, password.GetString()!)).Ok().Json;
            Assert.Equal("alice@example.com", first.GetProperty("email").GetString());
            Assert.True(first.GetProperty("emailConfirmed").GetBoolean());
            (await SignInAsync(server, handle, password.GetString()!)).Ok();
        }

        Assert.Equal("AuthenticationRequired", (await SignInAsync(server, handle, "the password of bob")).Error);
        Assert.Equal("AuthenticationRequired", (await SignInAsync(server, "erin.test", alice.GetProperty("reader").GetProperty("password").GetString()!)).Error);
        var old = await CountOldHashesAsync(server, alice.GetProperty("did").GetString()!);
        Assert.Equal((0L, 0L), (old[0], old[1]));

        var xrpc = new XrpcClient(server.Xrpc.Http) { Token = alice.GetProperty("accessJwt").GetString() };
        (await xrpc.QueryAsync("com.atproto.server.getSession")).Ok();
        var preferences = (await xrpc.QueryAsync("app.bsky.actor.getPreferences")).Ok().Json.GetProperty("preferences").EnumerateArray().ToArray();
        Assert.Equal(
            ["adultContentPref", "personalDetailsPref", "savedFeedsPrefV2"],
            preferences.Select(item => item.GetProperty("$type").GetString()!.Split('#')[1]).Where(name => name != "declaredAgePref"));
        Assert.Equal("1990-05-06T00:00:00.000Z", preferences[1].GetProperty("birthDate").GetString());
        var passwords = (await xrpc.QueryAsync("com.atproto.server.listAppPasswords")).Ok().Json.GetProperty("passwords");
        Assert.Equal(
            [("messenger", true), ("reader", false)],
            passwords.EnumerateArray().Select(item => (item.GetProperty("name").GetString(), item.GetProperty("privileged").GetBoolean())));
        foreach (var session in new[] { alice, alice.GetProperty("reader") })
        {
            xrpc.Token = session.GetProperty("refreshJwt").GetString();
            (await xrpc.ProcedureAsync("com.atproto.server.refreshSession")).Ok();
        }
    }

    [Fact]
    public async Task An_app_goes_on_with_its_oauth_session()
    {
        var (reference, server) = await imported.GetAsync();
        var oauth = reference.Account("alice").GetProperty("oauth");
        var publicUrl = reference.Expected.GetProperty("publicUrl").GetString()!;
        using var key = DpopKey.Import(oauth.GetProperty("key"));
        key.Time = reference.Time;
        var form = new Dictionary<string, string>
        {
            ["client_id"] = "http://localhost?redirect_uri=http%3A%2F%2F127.0.0.1%2Fcallback&scope=atproto%20transition%3Ageneric",
            ["grant_type"] = "refresh_token",
            ["refresh_token"] = oauth.GetProperty("refreshToken").GetString()!,
        };

        var refreshed = await key.SendAsync(
            server.Xrpc, HttpMethod.Post, "/oauth/token", publicUrl: publicUrl, content: () => new FormUrlEncodedContent(form));

        Assert.Equal(reference.Account("alice").GetProperty("did").GetString(), refreshed.Ok().Json.GetProperty("sub").GetString());
        var session = await key.SendAsync(
            server.Xrpc, HttpMethod.Get, "/xrpc/com.atproto.server.getSession", refreshed.Json.GetProperty("access_token").GetString(), publicUrl);
        Assert.Equal("alice2.test", session.Ok().Json.GetProperty("handle").GetString());
    }

    [Fact]
    public async Task What_was_deactivated_or_taken_down_stays_so()
    {
        var (reference, server) = await imported.GetAsync();
        var (bob, carol, dave) = (reference.Account("bob"), reference.Account("carol"), reference.Account("dave"));

        Assert.Equal("deactivated", await StatusAsync(bob));
        Assert.Equal("takendown", await StatusAsync(carol));
        Assert.Equal("AccountTakedown", (await SignInAsync(server, "carol.test", "the password of carol")).Error);
        Assert.Equal("deactivated", (await SignInAsync(server, "bob.test", "the password of bob")).Ok().Json.GetProperty("status").GetString());
        var (did, hidden) = (dave.GetProperty("did"), dave.GetProperty("hidden"));
        Assert.Equal("RecordNotFound", (await server.Xrpc.QueryAsync(
            "com.atproto.repo.getRecord", ("repo", did), ("collection", "app.bsky.feed.post"), ("rkey", "3kaaaaaaaaa2a"))).Error);
        Assert.Equal("BlobNotFound", (await server.Xrpc.QueryAsync(
            "com.atproto.sync.getBlob", ("did", did), ("cid", hidden.GetProperty("blob")))).Error);

        async Task<string?> StatusAsync(JsonElement account) => (await server.Xrpc.QueryAsync(
            "com.atproto.sync.getRepoStatus", ("did", account.GetProperty("did")))).Ok().Json.GetProperty("status").GetString();
    }

    [Fact]
    public async Task The_stream_goes_on_where_it_was_left()
    {
        var (reference, server) = await imported.GetAsync();
        var lastSeq = reference.Expected.GetProperty("lastSeq").GetInt64();
        using var stream = await StreamClient.ConnectAsync(server.Url, cursor: lastSeq - 90);

        var dave = (await SignInAsync(server, "dave.test", "the password of dave")).Ok().Json;
        var xrpc = new XrpcClient(server.Xrpc.Http) { Token = dave.GetProperty("accessJwt").GetString() };
        var written = (await xrpc.ProcedureAsync("com.atproto.repo.createRecord", new
        {
            repo = dave.GetProperty("did").GetString(), collection = "app.bsky.feed.post", record = Records.Post("after the change"),
        })).Ok().Json;

        var seqs = new List<long>();
        CommitMessage? last = null;
        while (seqs.Count == 0 || seqs[^1] <= lastSeq)
        {
            var message = Assert.IsAssignableFrom<EventMessage>(await stream.ReadAsync());
            seqs.Add(message.Seq);
            last = message as CommitMessage;
        }

        Assert.Equal(Enumerable.Range(0, 91).Select(i => lastSeq - 89 + i), seqs);
        Assert.Equal(written.GetProperty("commit").GetProperty("cid").GetString(), last!.Commit.ToString());
        Assert.Equal(reference.Account("dave").GetProperty("head").GetProperty("rev").GetString(), last.Since.ToString());
    }

    [Fact]
    public async Task Invites_and_reserved_keys_come_along_and_a_second_run_changes_nothing()
    {
        await using var reference = await ReferenceServer.CreateAsync(pds);
        Assert.Equal(0, (await reference.ImportAsync()).Code);
        var (code, output) = await reference.ImportAsync();
        Assert.True(code == 0, output);
        Assert.Matches(@"accounts that were here already\D+5\b", output);
        var third = JsonDocument.Parse((await reference.ImportAsync("--json")).Output).RootElement;
        Assert.Equal((5, 0, 0), (third.GetProperty("accountsHereAlready").GetInt32(), third.GetProperty("accounts").GetInt32(), third.GetProperty("problems").GetArrayLength()));
        await using var server = await reference.StartAsync();

        Assert.Equal("InvalidInviteCode", (await SignUpAsync("disabled")).Error);
        (await SignUpAsync("invite")).Ok();
        var database = server.Services.GetRequiredService<NpgsqlDataSource>();
        await using var command = database.CreateCommand(
            """
            SELECT used, (SELECT count(*) FROM auth.invite_code_use AS u WHERE u.code = c.code),
                (SELECT count(*) FROM repo.signing_key WHERE did_key = $2)
            FROM auth.invite_code AS c WHERE code = $1
            """);
        command.Parameters.AddWithValue(reference.Expected.GetProperty("invite").GetString()!);
        command.Parameters.AddWithValue(reference.Expected.GetProperty("reserved").GetString()!);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        Assert.True(await reader.ReadAsync(TestContext.Current.CancellationToken));
        Assert.Equal((6, 6L, 1L), (reader.GetInt32(0), reader.GetInt64(1), reader.GetInt64(2)));

        Task<XrpcReply> SignUpAsync(string invite)
        {
            var handle = TestAccount.NewHandle();
            return server.Xrpc.ProcedureAsync("com.atproto.server.createAccount", new
            {
                handle, email = $"{handle}@example.com", password = "a password", inviteCode = reference.Expected.GetProperty(invite).GetString(),
            });
        }
    }

    [Fact]
    public async Task Damage_is_told_and_a_run_after_the_repair_takes_over_the_rest()
    {
        await using var reference = await ReferenceServer.CreateAsync(pds);
        var alice = reference.Account("alice").GetProperty("did").GetString()!;
        var blob = Path.Combine(reference.Data, "blobs", alice, reference.Account("alice").GetProperty("blobs")[0].GetString()!);
        await File.WriteAllTextAsync(blob, "other bytes", TestContext.Current.CancellationToken);
        var key = Directory.EnumerateFiles(Path.Combine(reference.Data, "actors"), "key", SearchOption.AllDirectories)
            .Single(path => path.Contains(reference.Account("erin").GetProperty("did").GetString()!, StringComparison.Ordinal));
        var right = await File.ReadAllBytesAsync(key, TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(key, [.. right[1..], 1], TestContext.Current.CancellationToken);

        var (code, output) = await reference.ImportAsync();

        Assert.Equal(1, code);
        Assert.Contains(Path.GetFileName(blob), output, StringComparison.Ordinal);
        Assert.Contains("The head is not signed with the account's key.", output, StringComparison.Ordinal);
        await File.WriteAllBytesAsync(key, right, TestContext.Current.CancellationToken);
        Assert.Equal(0, (await reference.ImportAsync()).Code);
        await using var server = await reference.StartAsync();
        (await SignInAsync(server, "erin.test", "the password of erin")).Ok();
    }

    private static Task<XrpcReply> SignInAsync(PdsServer server, string identifier, string password) =>
        server.Xrpc.ProcedureAsync("com.atproto.server.createSession", new { identifier, password });

    private static async Task<long[]> CountOldHashesAsync(PdsServer server, string did)
    {
        await using var command = server.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(
            """
            SELECT ARRAY[(SELECT count(*) FROM auth.account WHERE did = $1 AND password LIKE '$scrypt$%'),
                (SELECT count(*) FROM auth.app_password WHERE did = $1 AND octet_length(hash) <> 32)]
            """);
        command.Parameters.AddWithValue(did);
        return (long[])(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    private static IEnumerable<string> BlocksOf(byte[] car)
    {
        var (roots, blocks) = CarReader.ReadAll(car);
        return blocks.Keys.Select(cid => cid.ToString()).Order(StringComparer.Ordinal).Prepend($"root {Assert.Single(roots)}");
    }
}
