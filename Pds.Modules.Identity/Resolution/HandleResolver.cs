using AtProto;

namespace Pds.Modules.Identity.Resolution;

/// <summary>
/// Asks the world whose handle this is: DNS and HTTPS are asked at once, DNS wins when it answers; last, DNS by the backup
/// name servers.
/// </summary>
public sealed class HandleResolver(HandleDns dns, HandleHttp http, IdentityOptions options)
{
    /// <summary>The DID; null when the handle does not resolve.</summary>
    public async Task<Did?> ResolveAsync(Handle handle, CancellationToken cancellationToken)
    {
        if (HandleDomain.IsDisallowed(handle))
        {
            return null;
        }

        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(options.ResolverTimeout);
        var byHttp = http.ResolveAsync(handle, limited.Token);
        if (await dns.ResolveAsync(handle, limited.Token) is { } did)
        {
            await limited.CancelAsync();
            await byHttp;
            return did;
        }

        if (await byHttp is { } found)
        {
            return found;
        }

        cancellationToken.ThrowIfCancellationRequested();
        return options.BackupNameservers.Length == 0 ? null : await dns.ResolveByBackupAsync(handle, cancellationToken);
    }
}
