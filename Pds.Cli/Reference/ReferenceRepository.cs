using AtProto;
using Microsoft.Data.Sqlite;
using Pds.Contracts.Auth;
using Pds.Contracts.Repo;

namespace Pds.Cli.Reference;

/// <summary>Reads the <c>store.sqlite</c> of one account.</summary>
internal static class ReferenceRepository
{
    /// <summary>The repository; its blocks are read while they are taken.</summary>
    /// <exception cref="InvalidDataException">There is none in the file.</exception>
    public static TakenOverRepository Read(ReferenceFolder folder, SqliteConnection store, TakenOverAccount account)
    {
        var did = account.Did;
        var root = store.Read("SELECT cid FROM repo_root", row => Cid.Parse(row.GetString(0))).Cast<Cid?>().SingleOrDefault()
            ?? throw new InvalidDataException("The store has no head.");
        var takedowns = store.Read(
            "SELECT collection, rkey, takedownRef FROM record WHERE takedownRef IS NOT NULL",
            row => (row.GetString(0), row.GetString(1), row.GetString(2))).ToList();
        var blobs = store.Read(
            "SELECT cid, mimeType, size, tempKey, takedownRef, createdAt FROM blob",
            row =>
            {
                var (cid, temporaryKey) = (Cid.Parse(row.GetString(0)), row.Text(3));
                return new TakenOverBlob(
                    cid, row.GetString(1), row.GetInt64(2), temporaryKey is not null, row.Text(4), row.Time(5),
                    () => folder.OpenBlob(did, cid, temporaryKey));
            }).ToList();
        return new TakenOverRepository(
            did, StatusOf(account), account.CreatedAt, folder.ReadKey(did), root, ReadBlocks(store), takedowns, blobs);
    }

    /// <summary>What apps have set up, in its order, as one array in JSON; null when nothing.</summary>
    public static string? ReadPreferences(SqliteConnection store)
    {
        var items = store.Read("SELECT valueJson FROM account_pref ORDER BY id", row => row.GetString(0)).ToList();
        return items.Count == 0 ? null : $"[{string.Join(',', items)}]";
    }

    public static AccountStatus StatusOf(TakenOverAccount account) =>
        account.TakedownRef is not null ? AccountStatus.Takendown
        : account.DeactivatedAt is not null ? AccountStatus.Deactivated
        : AccountStatus.Active;

    private static IEnumerable<TakenOverBlock> ReadBlocks(SqliteConnection store) => store.Read(
        "SELECT cid, repoRev, content FROM repo_block",
        row => new TakenOverBlock(Cid.Parse(row.GetString(0)), Tid.Parse(row.GetString(1)), row.GetFieldValue<byte[]>(2)));
}
