using AtProto;

namespace Pds.Modules.Moving.Engine;

/// <summary>A blob that did not come along.</summary>
/// <param name="Reason">In the words of the server that refused it.</param>
public sealed record LostBlob(Cid Cid, string Reason);
