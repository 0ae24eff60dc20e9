using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;

namespace Pds.Cli.Doctor;

/// <summary>Whether relays can be reached, and read this server.</summary>
internal sealed class CrawlerExamination : IExamination
{
    public string Name => "relays";

    public async IAsyncEnumerable<Symptom> ExamineAsync(Patient patient, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (patient.Repo.Crawlers.Length == 0)
        {
            yield return Symptom.Warn("no relay is told that there is something new", "Set PDS_CRAWLERS, such as https://bsky.network.");
        }

        foreach (var relay in patient.Repo.Crawlers)
        {
            yield return await AskAsync(patient, relay, cancellationToken);
        }
    }

    private static async Task<Symptom> AskAsync(Patient patient, Uri relay, CancellationToken cancellationToken)
    {
        var name = patient.Service.Hostname;
        try
        {
            using var response = await patient.World.GetAsync(
                new Uri(relay, $"/xrpc/com.atproto.sync.getHostStatus?hostname={Uri.EscapeDataString(name)}"), cancellationToken);
            var answer = JsonNode.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken)) as JsonObject;
            var ask = $"Ask it to come: pds request-crawl {relay.GetLeftPart(UriPartial.Authority)}";
            if (!response.IsSuccessStatusCode)
            {
                return (string?)answer?["error"] == "HostNotFound"
                    ? Symptom.Warn($"{relay.Host} does not know {name}", ask)
                    : Symptom.Warn($"{relay.Host} does not tell whether it reads {name}: it answered {(int)response.StatusCode}", ask);
            }

            return (string?)answer?["status"] switch
            {
                "active" or "idle" or null => Symptom.Ok($"{relay.Host} reads {name}, to number {answer?["seq"]?.ToString() ?? "?"}"),
                var status => Symptom.Warn($"{relay.Host} holds {name} for {status}", status == "banned" ? "Write to who runs it." : ask),
            };
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException or System.Text.Json.JsonException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return Symptom.Fail($"{relay.Host} does not answer as a relay: {failure.Message}", "Correct PDS_CRAWLERS, or let requests out of this machine.");
        }
    }
}
