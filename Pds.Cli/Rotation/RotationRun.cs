using System.Collections.Concurrent;
using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using AtProto;
using Pds.Cli.Commands;
using Pds.Xrpc;

namespace Pds.Cli.Rotation;

/// <summary>Does one thing to many accounts, no faster than the directory may be asked, and keeps what did not work.</summary>
/// <param name="rate">How many accounts a second at most.</param>
internal sealed class RotationRun(int rate, TimeProvider time)
{
    private static readonly string[] Columns = ["Account", "Why it was left"];

    private readonly ConcurrentQueue<(Did Did, string Problem)> _left = [];
    private long _done;

    public bool IsWhole => _left.IsEmpty;

    /// <param name="change">Null when it is done, else why not.</param>
    public async Task RunAsync(IAsyncEnumerable<Did> accounts, Func<Did, CancellationToken, Task<string?>> change, CancellationToken cancellationToken)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / rate), time);
        await foreach (var did in accounts.WithCancellation(cancellationToken))
        {
            if (await TryAsync(did, change, cancellationToken) is { } problem)
            {
                _left.Enqueue((did, problem));
            }
            else
            {
                _done++;
            }

            await pace.WaitForNextTickAsync(cancellationToken);
        }
    }

    public void Answer(Terminal terminal, ParseResult parsed, string words)
    {
        var answer = new JsonObject
        {
            ["done"] = _done,
            ["left"] = new JsonArray([.. _left.Select(item => (JsonNode)new JsonObject { ["did"] = item.Did.Value, ["problem"] = item.Problem })]),
        };
        terminal.Answer(parsed, answer, to =>
        {
            if (!IsWhole)
            {
                to.Table(Columns, _left.Select(item => new[] { item.Did.Value, item.Problem }));
            }

            to.Say($"{_done} accounts {words}");
        });
    }

    private static async Task<string?> TryAsync(Did did, Func<Did, CancellationToken, Task<string?>> change, CancellationToken cancellationToken)
    {
        try
        {
            return await change(did, cancellationToken);
        }
        catch (Exception failure) when (failure is XrpcException or InvalidOperationException or CryptographicException)
        {
            return failure.Message;
        }
    }
}
