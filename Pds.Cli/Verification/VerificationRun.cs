using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using AtProto;
using Pds.Cli.Commands;
using Pds.Modules.Identity.Takeover;
using Pds.Modules.Repo.Verification;

namespace Pds.Cli.Verification;

/// <summary>Looks at many repositories at once and keeps what is to be told of them.</summary>
/// <param name="identities">Asks for DID documents; null to leave them.</param>
internal sealed class VerificationRun(
    RepositoryVerifier verifier, IdentityTakeover? identities, bool readsFiles, bool mends, int parallel)
{
    private static readonly string[] Columns = ["Account", "", "Finding"];

    private readonly ConcurrentQueue<(string Account, FindingKind Kind, string Text)> _findings = [];
    private long _repositories;
    private long _records;
    private long _nodes;
    private long _blobs;
    private long _blobBytes;

    public bool HasProblems => _findings.Any(finding => finding.Kind == FindingKind.Problem);

    /// <param name="dids">Whose; all when empty.</param>
    /// <param name="done">Told of each.</param>
    public async Task RunAsync(IReadOnlyList<Did> dids, Action<Did> done, CancellationToken cancellationToken)
    {
        var all = new ConcurrentBag<Did>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancellationToken };
        var source = dids.Count > 0 ? dids.ToAsyncEnumerable() : verifier.ListAsync(cancellationToken);
        await Parallel.ForEachAsync(source, options, async (did, token) =>
        {
            if (dids.Count == 0)
            {
                all.Add(did);
            }

            if (!await TryVerifyAsync(did, token) && dids.Count > 0)
            {
                _findings.Enqueue((did.Value, FindingKind.Problem, "there is no such repository"));
            }

            done(did);
        });

        if (dids.Count == 0 && readsFiles)
        {
            await foreach (var folder in verifier.FindStrayFoldersAsync(all, cancellationToken))
            {
                _findings.Enqueue((folder, FindingKind.Problem, "the files in this folder belong to no account"));
            }
        }
    }

    public JsonObject ToJson() => new()
    {
        ["repositories"] = _repositories, ["records"] = _records, ["nodes"] = _nodes, ["blobs"] = _blobs, ["blobBytes"] = _blobBytes,
        ["consistent"] = !HasProblems,
        ["findings"] = new JsonArray([.. _findings.Select(finding => (JsonNode)new JsonObject
        {
            ["account"] = finding.Account, ["kind"] = Name(finding.Kind), ["text"] = finding.Text,
        })]),
    };

    public void Write(Terminal terminal)
    {
        if (!_findings.IsEmpty)
        {
            terminal.Table(Columns, _findings.OrderByDescending(finding => finding.Kind).ThenBy(finding => finding.Account, StringComparer.Ordinal)
                .Select(finding => new[] { finding.Account, Name(finding.Kind), finding.Text }));
        }

        terminal.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"{_repositories:N0} repositories, {_records:N0} records, {_nodes:N0} nodes, {_blobs:N0} blobs of {_blobBytes:N0} bytes: "
            + $"{(HasProblems ? "there are problems" : "all consistent")}"));
    }

    // False where there is no such repository, or none any more.
    private async Task<bool> TryVerifyAsync(Did did, CancellationToken cancellationToken)
    {
        if (await verifier.VerifyAsync(did, readsFiles, mends, cancellationToken) is not { } report)
        {
            return false;
        }

        Interlocked.Increment(ref _repositories);
        Interlocked.Add(ref _records, report.Records);
        Interlocked.Add(ref _nodes, report.Nodes);
        Interlocked.Add(ref _blobs, report.Blobs);
        Interlocked.Add(ref _blobBytes, report.BlobBytes);
        foreach (var finding in report.Findings.All)
        {
            _findings.Enqueue((did.Value, finding.Kind, finding.Text));
        }

        if (report.Findings.Untold > 0)
        {
            _findings.Enqueue((did.Value, FindingKind.Notice, $"and {report.Findings.Untold} more"));
        }

        if (identities is not null && report.SigningKey is { } key
            && await identities.CompareDocumentAsync(did, key, cancellationToken) is { } difference)
        {
            _findings.Enqueue((did.Value, FindingKind.Problem, difference));
        }

        return true;
    }

    private static string Name(FindingKind kind) => kind switch
    {
        FindingKind.Problem => "problem",
        FindingKind.Mended => "mended",
        _ => "notice",
    };
}
