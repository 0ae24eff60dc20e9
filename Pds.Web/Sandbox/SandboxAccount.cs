using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Pds.Web.Sandbox;

/// <summary>A demo account, by the same methods that an app would use.</summary>
internal sealed class SandboxAccount
{
    private readonly SandboxCalls _calls;
    private readonly string _token;

    private SandboxAccount(SandboxCalls calls, JsonNode session, SandboxPerson person)
    {
        _calls = calls;
        _token = (string)session["accessJwt"]!;
        Did = (string)session["did"]!;
        Handle = (string)session["handle"]!;
        Person = person;
    }

    public string Did { get; }

    public string Handle { get; }

    public SandboxPerson Person { get; }

    /// <summary>Signs up, or in where the account is there already.</summary>
    /// <exception cref="SandboxException">The handle belongs to somebody else.</exception>
    public static async Task<SandboxAccount> OpenAsync(
        SandboxCalls calls, SandboxPerson person, string domain, string? inviteCode, CancellationToken cancellationToken)
    {
        var handle = person.HandleUnder(domain);
        var known = new JsonObject { ["identifier"] = handle, ["password"] = SandboxPerson.Password };
        var fresh = new JsonObject
        {
            ["handle"] = handle, ["email"] = $"{person.Name}@example.com", ["password"] = SandboxPerson.Password, ["inviteCode"] = inviteCode,
        };
        var session = await calls.TryAsync("com.atproto.server.createAccount", fresh, cancellationToken)
            ?? await calls.PostAsync("com.atproto.server.createSession", known, token: null, cancellationToken);
        return new SandboxAccount(calls, session, person);
    }

    /// <summary>Writes a record unless one is there, whatever has become of it since.</summary>
    /// <param name="make">Called only for what is missing.</param>
    /// <returns>A strong reference.</returns>
    public async Task<JsonObject> EnsureAsync(
        string collection, string rkey, Func<Task<JsonObject>> make, CancellationToken cancellationToken)
    {
        var there = await _calls.FindAsync(
            $"com.atproto.repo.getRecord?repo={Did}&collection={collection}&rkey={rkey}", cancellationToken);
        if (there is null)
        {
            var record = await make();
            record["$type"] = collection;
            var input = new JsonObject
            {
                ["repo"] = Did, ["collection"] = collection, ["rkey"] = rkey, ["validate"] = true, ["record"] = record,
            };
            there = await _calls.PostAsync("com.atproto.repo.putRecord", input, _token, cancellationToken);
        }

        return new JsonObject { ["uri"] = (string)there["uri"]!, ["cid"] = (string)there["cid"]! };
    }

    /// <summary>Uploads a painted picture.</summary>
    /// <returns>The blob, for a record.</returns>
    public async Task<JsonNode> PaintAsync(int width, int height, Rgb upper, Rgb lower, CancellationToken cancellationToken)
    {
        using var picture = new ByteArrayContent(PaintedImage.Paint(width, height, upper, lower));
        picture.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        var answer = await _calls.PostAsync("com.atproto.repo.uploadBlob", picture, _token, cancellationToken);
        return answer["blob"]!.DeepClone();
    }
}
