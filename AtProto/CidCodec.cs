namespace AtProto;

/// <summary>What a block holds, as the multicodec of its CID.</summary>
public enum CidCodec : byte
{
    /// <summary>Bytes as they are: a blob.</summary>
    Raw = 0x55,

    /// <summary>Canonical DAG-CBOR: a commit, a tree node or a record.</summary>
    DagCbor = 0x71,
}
