using System.Net.WebSockets;
using System.Runtime.CompilerServices;

namespace Pds.Cli.Doctor;

/// <summary>Whether this server answers at its public address, WebSockets included.</summary>
internal sealed class ServerExamination : IExamination
{
    public string Name => "server";

    public async IAsyncEnumerable<Symptom> ExamineAsync(Patient patient, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var url = patient.Service.PublicUrl;
        yield return await LookAsync(patient, url, cancellationToken);
        yield return await UpgradeAsync(patient, url, cancellationToken);
    }

    private static async Task<Symptom> LookAsync(Patient patient, string url, CancellationToken cancellationToken)
    {
        try
        {
            var description = await patient.QueryAsync("com.atproto.server.describeServer", cancellationToken);
            var did = (string?)description?["did"];
            return did == patient.Service.ServiceDid.Value
                ? Symptom.Ok($"{url} answers as {did}")
                : Symptom.Fail($"{url} is another server, {did ?? "which does not say who it is"}", "Let the name lead to this one.");
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException or System.Text.Json.JsonException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return Symptom.Fail(
                $"{url} does not answer: {failure.Message}",
                "Is the server running, and does the proxy send requests on to its port? journalctl -u pds, or docker compose logs.");
        }
    }

    private static async Task<Symptom> UpgradeAsync(Patient patient, string url, CancellationToken cancellationToken)
    {
        using var socket = new ClientWebSocket();
        try
        {
            var stream = new UriBuilder($"{url}/xrpc/com.atproto.sync.subscribeRepos") { Scheme = url.StartsWith("https:", StringComparison.Ordinal) ? "wss" : "ws" };
            await socket.ConnectAsync(stream.Uri, patient.Invoker, cancellationToken);
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancellationToken);
            return Symptom.Ok("the event stream can be subscribed to");
        }
        catch (WebSocketException failure)
        {
            return Symptom.Fail(
                $"the event stream cannot be subscribed to: {failure.Message}",
                "Let the proxy send upgrades to WebSocket on, with the headers Connection and Upgrade as they came.");
        }
    }
}
