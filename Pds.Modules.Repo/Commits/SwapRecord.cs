using AtProto;

namespace Pds.Modules.Repo.Commits;

/// <summary>A condition on the record that is there now.</summary>
/// <param name="Expected">Null: there must be none.</param>
internal readonly record struct SwapRecord(Cid? Expected);
