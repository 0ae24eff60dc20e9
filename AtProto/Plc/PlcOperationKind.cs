namespace AtProto.Plc;

/// <summary>The kinds of operation in a log.</summary>
public enum PlcOperationKind
{
    /// <summary><c>plc_operation</c>: says everything anew; the genesis, or an update.</summary>
    Operation,

    /// <summary><c>plc_tombstone</c>: ends the DID.</summary>
    Tombstone,

    /// <summary><c>create</c>: a genesis of 2022, still found in logs, no longer made.</summary>
    LegacyCreate,
}
