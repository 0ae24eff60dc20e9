using System.Collections.Immutable;

namespace AtProto.Plc;

/// <summary>
/// The log of one did:plc, judged as a directory judges it. Immutable: <see cref="Append"/> gives the longer log. Source:
/// did:plc specification, "Operation validation" and "Account recovery".
/// </summary>
public sealed class PlcLog
{
    /// <summary>How long after an operation a more powerful key may still take it back, the last moment included.</summary>
    public static readonly TimeSpan RecoveryWindow = TimeSpan.FromHours(72);

    private PlcLog(Did did, ImmutableArray<PlcLogEntry> entries)
    {
        Did = did;
        Entries = entries;
    }

    /// <summary>Whose log it is.</summary>
    public Did Did { get; }

    /// <summary>All operations in the order in which they came, those that were nullified included.</summary>
    public ImmutableArray<PlcLogEntry> Entries { get; }

    /// <summary>The operation in force; null while the log is empty.</summary>
    // What is not nullified by a recovery comes before it, so the newest entry is always in force.
    public PlcOperation? Last => Entries.IsEmpty ? null : Entries[^1].Operation;

    /// <summary>The log of a DID that is not registered yet.</summary>
    /// <param name="did">Whose log it is.</param>
    public static PlcLog Empty(Did did) => new(did, []);

    /// <summary>Plays an audit log through.</summary>
    /// <param name="did">Whose log it is to be.</param>
    /// <param name="entries">The audit log.</param>
    /// <exception cref="PlcException">
    /// The log is empty, an operation could not have been appended when it was, or another set is nullified than is said.
    /// </exception>
    public static PlcLog Validate(Did did, IReadOnlyCollection<PlcLogEntry> entries)
    {
        if (entries.Count == 0)
        {
            throw new PlcException("The log is empty");
        }

        var log = Empty(did);
        foreach (var entry in entries)
        {
            log = entry.Did == did
                ? log.Append(entry.Operation, entry.CreatedAt)
                : throw new PlcException($"An operation of {entry.Did} is in the log of {did}");
        }

        return log.Entries.Select(entry => entry.Nullified).SequenceEqual(entries.Select(entry => entry.Nullified))
            ? log
            : throw new PlcException("The log says wrongly which operations are nullified");
    }

    /// <summary>The log with one more operation, and with those nullified that it takes back.</summary>
    /// <param name="operation">The signed operation. Its size and limits are <see cref="PlcDirectoryRules"/>' business.</param>
    /// <param name="time">The time of arrival.</param>
    /// <exception cref="PlcException">The operation is unsigned, out of order, wrongly signed or too late.</exception>
    public PlcLog Append(PlcOperation operation, DateTimeOffset time)
    {
        if (operation.Signature is null)
        {
            throw new PlcException("The operation is not signed");
        }

        var entries = Entries.ToBuilder();
        if (entries.Count == 0)
        {
            CheckGenesis(operation);
        }
        else
        {
            foreach (var index in CheckSuccessor(operation, time))
            {
                entries[index] = entries[index] with { Nullified = true };
            }
        }

        entries.Add(new PlcLogEntry(Did, operation, Nullified: false, time));
        return new PlcLog(Did, entries.DrainToImmutable());
    }

    private void CheckGenesis(PlcOperation operation)
    {
        if (operation.Data is not { } data || operation.Prev is not null)
        {
            throw Misordered();
        }

        if (operation.FindSigner(data.RotationKeys.AsSpan()) < 0)
        {
            throw BadSignature();
        }

        if (operation.Did != Did)
        {
            throw new PlcException($"Hash of genesis operation does not match DID: expected {operation.Did}");
        }
    }

    /// <summary>The positions of the entries that the operation would nullify.</summary>
    private List<int> CheckSuccessor(PlcOperation operation, DateTimeOffset time)
    {
        var previous = FindPrevious(operation);
        if (previous < 0 || operation.Kind == PlcOperationKind.LegacyCreate || Entries[previous].Operation.Data is not { } data)
        {
            throw Misordered();
        }

        var keys = data.RotationKeys.AsSpan();
        var disputed = Enumerable.Range(previous + 1, Entries.Length - previous - 1).Where(i => !Entries[i].Nullified).ToList();
        if (disputed.Count == 0)
        {
            return operation.FindSigner(keys) >= 0 ? disputed : throw BadSignature();
        }

        // A key that is listed twice counts where it stands first, so it cannot outrank itself.
        var first = Entries[disputed[0]];
        if (operation.FindSigner(keys[..first.Operation.FindSigner(keys)]) < 0)
        {
            throw BadSignature();
        }

        if (time <= Entries[disputed[^1]].CreatedAt)
        {
            throw Misordered();
        }

        return time - first.CreatedAt <= RecoveryWindow
            ? disputed
            : throw new PlcException($"Recovery operation occurred outside of the allowed {RecoveryWindow.TotalHours} hr recovery window");
    }

    private int FindPrevious(PlcOperation operation)
    {
        for (var i = Entries.Length - 1; i >= 0; i--)
        {
            if (!Entries[i].Nullified && operation.Prev == Entries[i].Operation.Cid)
            {
                return i;
            }
        }

        return -1;
    }

    private static PlcException Misordered() => new("Operations not correctly ordered");

    private static PlcException BadSignature() => new("Invalid signature on operation");
}
