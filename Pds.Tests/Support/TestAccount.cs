using System.Security.Cryptography;
using AtProto;

namespace Pds.Tests.Support;

/// <summary>An account of a server under test, signed in with its password.</summary>
public sealed class TestAccount : XrpcClient, IDisposable
{
    private TestAccount(HttpClient http, Did did, Handle handle, string email, string password) : base(http)
    {
        Did = did;
        Handle = handle;
        Email = email;
        Password = password;
    }

    public Did Did { get; }

    public Handle Handle { get; }

    public string Email { get; }

    public string Password { get; }

    public required string RefreshToken { get; init; }

    /// <summary>A handle under <c>.test</c> that no other test has.</summary>
    public static string NewHandle() => $"u{RandomNumberGenerator.GetHexString(14, lowercase: true)}.test";

    /// <summary>Signs up; fails the test when that is refused.</summary>
    public static Task<TestAccount> CreateAsync(PdsServer server, string? handle = null) => CreateAsync(server.Xrpc, handle);

    /// <summary>Signs up on the server of a client; fails the test when that is refused.</summary>
    public static async Task<TestAccount> CreateAsync(XrpcClient server, string? handle = null)
    {
        handle ??= NewHandle();
        var email = $"{handle.Split('.')[0]}@mail.test";
        var password = RandomNumberGenerator.GetHexString(20);
        var reply = await server.ProcedureAsync("com.atproto.server.createAccount", new { handle, email, password });
        var session = reply.Ok().Json;
        return new TestAccount(
            TestHttp.Create(server.Http.BaseAddress!), Did.Parse(session.GetProperty("did").GetString()!), Handle.Parse(handle), email, password)
        {
            Token = session.GetProperty("accessJwt").GetString(),
            RefreshToken = session.GetProperty("refreshJwt").GetString()!,
        };
    }

    /// <summary>Creates a record, in <c>app.bsky.feed.post</c> unless another collection is named.</summary>
    public Task<XrpcReply> CreateRecordAsync(
        object record, string collection = "app.bsky.feed.post", string? rkey = null, Cid? swapCommit = null, bool? validate = null) =>
        ProcedureAsync("com.atproto.repo.createRecord", new { repo = Did, collection, rkey, record, swapCommit, validate });

    /// <summary>Creates or replaces a record.</summary>
    public Task<XrpcReply> PutRecordAsync(object record, string collection, string rkey, Cid? swapCommit = null) =>
        ProcedureAsync("com.atproto.repo.putRecord", new { repo = Did, collection, rkey, record, swapCommit });

    /// <summary>Deletes a record.</summary>
    public Task<XrpcReply> DeleteRecordAsync(string collection, string rkey, Cid? swapCommit = null) =>
        ProcedureAsync("com.atproto.repo.deleteRecord", new { repo = Did, collection, rkey, swapCommit });

    /// <summary>The commit that the repository stands at.</summary>
    public async Task<Cid> GetHeadAsync()
    {
        var reply = await QueryAsync("com.atproto.sync.getLatestCommit", ("did", Did));
        return Cid.Parse(reply.Ok().Json.GetProperty("cid").GetString()!);
    }

    public void Dispose() => Http.Dispose();
}
