using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Pds.Cli.Commands;

namespace Pds.Cli.Administration;

/// <summary><c>pds request-crawl [RELAY…]</c>: asks relays to come and read.</summary>
internal static class RequestCrawl
{
    public static Command Create(Terminal terminal)
    {
        var relays = new Argument<string[]>("RELAY") { Description = "Relays; those of PDS_CRAWLERS when absent.", Arity = ArgumentArity.ZeroOrMore };
        return new Command("request-crawl", "Asks relays to read this server's event stream.") { relays }.Runs(terminal, async (parsed, cancellationToken) =>
        {
            var settings = CommandSettings.Read(parsed);
            var hostname = settings["PDS_HOSTNAME"] is { Length: > 0 } name ? name : throw new CommandFailure("PDS_HOSTNAME is not set.");
            var asked = CommandSettings.Words(parsed, relays) is { Length: > 0 } named
                ? named
                : settings["PDS_CRAWLERS"]?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
            if (asked.Length == 0)
            {
                throw new CommandFailure("Whom? Name relays, or set PDS_CRAWLERS.");
            }

            using var http = new HttpClient(new SocketsHttpHandler(), disposeHandler: true) { Timeout = TimeSpan.FromSeconds(20), MaxResponseContentBufferSize = 1 << 20 };
            var answers = new JsonObject();
            foreach (var relay in asked)
            {
                answers[relay] = await AskAsync(http, relay, hostname, cancellationToken);
            }

            terminal.Answer(parsed, answers, to =>
            {
                foreach (var (relay, problem) in answers)
                {
                    to.Say(problem is null ? $"{relay} will read {hostname}" : $"{relay}: {problem}");
                }
            });
            return answers.Any(answer => answer.Value is not null) ? 1 : 0;
        });
    }

    // Null when it was taken, else what was wrong.
    private static async Task<string?> AskAsync(HttpClient http, string relay, string hostname, CancellationToken cancellationToken)
    {
        var address = relay.Contains("://", StringComparison.Ordinal) ? relay : $"https://{relay}";
        if (!Uri.TryCreate(address, UriKind.Absolute, out var server) || server.Scheme is not ("http" or "https"))
        {
            return "this is no address";
        }

        try
        {
            using var content = new StringContent(new JsonObject { ["hostname"] = hostname }.ToJsonString(), Encoding.UTF8, "application/json");
            using var response = await http.PostAsync(new Uri(server, "/xrpc/com.atproto.sync.requestCrawl"), content, cancellationToken);
            return response.IsSuccessStatusCode ? null : $"it answered {(int)response.StatusCode}";
        }
        catch (Exception failure) when (
            failure is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return failure.Message;
        }
    }
}
