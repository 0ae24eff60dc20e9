using System.Net;
using AtProto;
using DnsClient;
using DnsClient.Protocol;

namespace Pds.Modules.Identity.Resolution;

/// <summary>Finds the DID that the owner of a name put into its TXT records, as <c>did=…</c>.</summary>
public sealed class DidTexts
{
    private const string Prefix = "did=";

    private readonly LookupClient _system;
    private readonly LookupClient? _backup;

    public DidTexts(IdentityOptions options)
    {
        _system = new LookupClient(Configure(new LookupClientOptions(), options));
        if (options.BackupNameservers.Length > 0)
        {
            var servers = Array.ConvertAll(options.BackupNameservers, ParseServer);
            _backup = new LookupClient(Configure(new LookupClientOptions(servers), options));
        }
    }

    /// <summary>The DID by the name servers of the system; null when there is not exactly one.</summary>
    public Task<Did?> FindAsync(string name, CancellationToken cancellationToken) => FindAsync(_system, name, cancellationToken);

    /// <summary>The DID by the backup name servers; null when there is not exactly one, or no such servers.</summary>
    public Task<Did?> FindByBackupAsync(string name, CancellationToken cancellationToken) =>
        _backup is null ? Task.FromResult<Did?>(null) : FindAsync(_backup, name, cancellationToken);

    private static async Task<Did?> FindAsync(LookupClient client, string name, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await client.QueryAsync(name, QueryType.TXT, cancellationToken: cancellationToken);
            return ReadDid(answer.Answers.TxtRecords());
        }
        catch (Exception failure) when (failure is DnsResponseException or OperationCanceledException or InvalidOperationException)
        {
            return null;
        }
    }

    // One record may come in chunks. Of those that name a DID there must be one, or nobody knows which is meant.
    private static Did? ReadDid(IEnumerable<TxtRecord> records)
    {
        Did? found = null;
        foreach (var record in records)
        {
            var text = string.Concat(record.Text);
            if (!text.StartsWith(Prefix, StringComparison.Ordinal))
            {
                continue;
            }

            if (found is not null || !Did.TryParse(text[Prefix.Length..], out var did))
            {
                return null;
            }

            found = did;
        }

        return found;
    }

    private static LookupClientOptions Configure(LookupClientOptions client, IdentityOptions options)
    {
        client.Timeout = options.ResolverTimeout;
        client.Retries = 1;
        client.UseCache = false;
        client.ThrowDnsErrors = false;
        return client;
    }

    private static IPEndPoint ParseServer(string text)
    {
        var server = IPEndPoint.Parse(text);
        return server.Port == 0 ? new IPEndPoint(server.Address, NameServer.DefaultPort) : server;
    }
}
