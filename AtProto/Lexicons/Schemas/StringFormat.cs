namespace AtProto.Lexicons.Schemas;

/// <summary>The values of <c>format</c> in a string type.</summary>
internal enum StringFormat
{
    None,
    AtIdentifier,
    AtUri,
    Cid,
    Datetime,
    Did,
    Handle,
    Language,
    Nsid,
    RecordKey,
    Tid,
    Uri,
}
