using AtProto;
using AtProto.Plc;
using Pds.Contracts.Identity;
using Pds.Modules.Identity.Resolution;
using Pds.Modules.Identity.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Identity.Plc;

/// <summary>Tells the owner of a DID what it says and what was done to it.</summary>
public sealed class IdentityHistories(
    PlcClient directory, RotationKeyStore own, RotationKey rotationKey, IdentityStore identities, IdentityOptions options,
    ServiceOptions service)
{
    /// <param name="signingKey">The did:key that the account signs with here.</param>
    public async Task<IdentityHistory> ReadAsync(Did did, string signingKey, CancellationToken cancellationToken)
    {
        var identity = await identities.FindAsync(did, cancellationToken) ?? throw XrpcErrors.AccountNotFound();
        if (!did.Value.StartsWith("did:plc:", StringComparison.Ordinal))
        {
            return new IdentityHistory([], [], IsProven: true, WebDocument.Write(did, identity.Handle, signingKey, service.PublicUrl));
        }

        var entries = await directory.GetLogAsync(did, cancellationToken);
        var known = await own.ListAsync(did, cancellationToken);
        var now = entries.LastOrDefault(entry => !entry.Nullified)?.Operation.Data;
        return new IdentityHistory(
            now is null ? [] : [.. now.RotationKeys.Select(key => Describe(key, known))],
            Compare(entries, known),
            IsProven(did, entries),
            Document: null);
    }

    private static bool IsProven(Did did, List<PlcLogEntry> entries)
    {
        try
        {
            PlcLog.Validate(did, entries);
            return true;
        }
        catch (PlcException)
        {
            return false;
        }
    }

    /// <summary>Each operation beside the one that it names as its predecessor: of those undone, too.</summary>
    private List<IdentityChange> Compare(List<PlcLogEntry> entries, HashSet<string> known)
    {
        var operations = new Dictionary<Cid, PlcOperation>();
        var changes = new List<IdentityChange>(entries.Count);
        foreach (var entry in entries)
        {
            var operation = entry.Operation;
            var before = operation.Prev is { } prev ? operations.GetValueOrDefault(prev)?.Data : null;
            changes.Add(Compare(entry, before, known));
            operations[operation.Cid] = operation;
        }

        changes.Reverse();
        return changes;
    }

    private IdentityChange Compare(PlcLogEntry entry, PlcData? before, HashSet<string> known)
    {
        var operation = entry.Operation;
        var after = operation.Data;
        string[] earlier = before is null ? [] : [.. before.RotationKeys];
        string[] later = after is null ? earlier : [.. after.RotationKeys];
        var signers = before is null ? later : earlier;
        var signer = operation.FindSigner(signers);
        var added = later.Except(earlier).ToArray();
        var removed = earlier.Except(later).ToArray();
        return new IdentityChange(
            entry.CreatedAt,
            IsFirst: operation.Prev is null,
            IsEnd: after is null,
            entry.Nullified,
            signer < 0 ? null : Describe(signers[signer], known),
            [.. added.Select(key => Describe(key, known))],
            [.. removed.Select(key => Describe(key, known))],
            AreKeysReordered: added.Length == 0 && removed.Length == 0 && !earlier.SequenceEqual(later),
            after is null || after.Handle == before?.Handle ? null : after.Handle?.Value,
            after is null || after.PersonalDataServer == before?.PersonalDataServer ? null : after.PersonalDataServer?.Endpoint,
            after is null || after.SigningKey == before?.SigningKey ? null : after.SigningKey);
    }

    private RotationKeyInfo Describe(string key, HashSet<string> known) => new(
        key,
        key == rotationKey.DidKey ? RotationKeyHolder.Server
        : key == options.RecoveryKey ? RotationKeyHolder.Operator
        : known.Contains(key) ? RotationKeyHolder.Owner
        : RotationKeyHolder.Unknown);
}
