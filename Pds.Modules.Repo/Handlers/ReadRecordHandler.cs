using Pds.Contracts.Repo;
using Pds.Modules.Repo.Storage;

namespace Pds.Modules.Repo.Handlers;

public static class ReadRecordHandler
{
    public static async Task<ReadableRecord?> HandleAsync(
        ReadRecord query, RecordStore records, CancellationToken cancellationToken)
    {
        var (_, record) = await records.FindAsync(query.Did, query.Collection, query.Rkey, cancellationToken);
        return record is null ? null : new ReadableRecord(record.Cid, record.Value);
    }
}
