namespace AtProto.Data;

/// <summary>A blob that a record names.</summary>
/// <param name="Cid">The blob.</param>
/// <param name="MimeType">The type that the record gives it.</param>
/// <param name="Size">The size that the record gives it, in bytes; −1 in the legacy form, which has none.</param>
/// <param name="IsLegacy">Whether it is the form without <c>$type</c>, which may be read but not written.</param>
public readonly record struct BlobReference(Cid Cid, string MimeType, long Size, bool IsLegacy);
