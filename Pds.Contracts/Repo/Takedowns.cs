using AtProto;

namespace Pds.Contracts.Repo;

/// <summary>Hides a record from every reader of single records, or shows it again; the repository and the stream keep it. Nothing happens where there is none.</summary>
/// <param name="Reference">What the moderators call it; null to show it again.</param>
public sealed record SetRecordTakedown(Did Did, Nsid Collection, RecordKey Rkey, string? Reference);

/// <summary>Gives a blob out no more, and lets no record name it; or does so again. Nothing happens where there is none.</summary>
/// <param name="Reference">What the moderators call it; null to give it out again.</param>
public sealed record SetBlobTakedown(Did Did, Cid Blob, string? Reference);

/// <summary>Asks whether a record is taken down; answered with <see cref="TakedownState"/>, or null where there is no such record.</summary>
public sealed record GetRecordTakedown(Did Did, Nsid Collection, RecordKey Rkey);

/// <summary>Asks whether a blob is taken down; answered with <see cref="TakedownState"/>, or null where there is no such blob.</summary>
public sealed record GetBlobTakedown(Did Did, Cid Blob);

/// <param name="Cid">Of the record as it is now, or of the blob.</param>
/// <param name="Reference">Null when it is not taken down.</param>
public sealed record TakedownState(Cid Cid, string? Reference);
