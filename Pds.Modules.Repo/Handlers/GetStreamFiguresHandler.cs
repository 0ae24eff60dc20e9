using Pds.Contracts.Repo;
using Pds.Modules.Repo.Firehose;

namespace Pds.Modules.Repo.Handlers;

public static class GetStreamFiguresHandler
{
    public static Task<StreamFigures> HandleAsync(GetStreamFigures query, StreamWatch watch, CancellationToken cancellationToken) =>
        watch.DescribeAsync(cancellationToken);
}
