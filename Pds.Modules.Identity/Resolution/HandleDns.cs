using AtProto;

namespace Pds.Modules.Identity.Resolution;

/// <summary>Resolves handles by the TXT record at <c>_atproto.&lt;handle&gt;</c>.</summary>
public sealed class HandleDns(DidTexts texts)
{
    /// <summary>The DID by the name servers of the system; null when there is not exactly one.</summary>
    public Task<Did?> ResolveAsync(Handle handle, CancellationToken cancellationToken) =>
        texts.FindAsync($"_atproto.{handle}", cancellationToken);

    /// <summary>The DID by the backup name servers; null when there is not exactly one, or no such servers.</summary>
    public Task<Did?> ResolveByBackupAsync(Handle handle, CancellationToken cancellationToken) =>
        texts.FindByBackupAsync($"_atproto.{handle}", cancellationToken);
}
