namespace AtProto.Cbor;

/// <summary>The kinds of value in the data model.</summary>
public enum CborKind
{
    /// <summary>A signed integer.</summary>
    Integer,

    /// <summary>A byte string.</summary>
    Bytes,

    /// <summary>A UTF-8 string.</summary>
    Text,

    /// <summary>A list.</summary>
    Array,

    /// <summary>A map with text keys.</summary>
    Map,

    /// <summary>A CID: tag 42.</summary>
    Link,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>Null.</summary>
    Null,
}
