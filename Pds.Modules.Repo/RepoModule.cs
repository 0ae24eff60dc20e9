using AtProto;
using AtProto.Lexicons;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Pds.Modules.Repo.Blobs;
using Pds.Modules.Repo.Commits;
using Pds.Modules.Repo.Crawlers;
using Pds.Modules.Repo.Endpoints.Repo;
using Pds.Modules.Repo.Endpoints.Sync;
using Pds.Modules.Repo.Firehose;
using Pds.Modules.Repo.Foreign;
using Pds.Modules.Repo.Imports;
using Pds.Modules.Repo.Keys;
using Pds.Modules.Repo.Repair;
using Pds.Modules.Repo.Storage;
using Pds.Modules.Repo.Takeover;
using Pds.Modules.Repo.Verification;
using Pds.Xrpc;

namespace Pds.Modules.Repo;

/// <summary>What accounts own: repositories, blobs, signing keys, the event stream.</summary>
public static class RepoModule
{
    public static IHostApplicationBuilder AddRepo(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddPdsOptions<RepoOptions>(builder.Configuration);
        services.AddXrpcJson(RepoJson.Default);

        services.AddSingleton<RepoStore>();
        services.AddSingleton<RecordStore>();
        services.AddSingleton<BlobUseStore>();
        services.AddSingleton<CommitStore>().AddSingleton<CollectionCache>().AddSingleton<TakedownStore>();
        services.AddSingleton<EventStore>();
        services.AddSingleton<SyncStore>();
        services.AddSingleton<BlobStore>();
        services.AddSingleton<KeyStore>();
        services.AddSingleton<ImportStore>();
        services.AddSingleton<RepoCount>().AddSingleton<FigureStore>();

        services.AddSingleton<KeySealer>();
        services.AddSingleton<RepositoryKeys>();
        services.AddSingleton(provider => new SigningKeys(
            provider.GetRequiredService<KeyStore>(), provider.GetRequiredService<KeySealer>()));

        services.AddSingleton(provider => new ServiceTokens(
            provider.GetRequiredService<RepositoryKeys>(), provider.GetRequiredService<SigningKeys>(),
            provider.GetRequiredService<TimeProvider>()));

        services.AddSingleton<ContentCountStore>();
        services.AddSingleton<TidClock>().AddHostedService<ClockIdentity>();
        services.AddSingleton(LexiconCatalog.Bundled).AddSingleton<NetworkSchemas>();
        services.AddSingleton<RecordPreparer>().AddSingleton<LegacyPictures>();
        services.AddSingleton<RepoCache>();
        services.AddSingleton<CommitBuilder>();
        services.AddSingleton<RepoWriter>();
        services.AddSingleton(provider => new RepoLifecycle(
            provider.GetRequiredService<RepoStore>(), provider.GetRequiredService<SigningKeys>(),
            provider.GetRequiredService<RepositoryKeys>(), provider.GetRequiredService<EventTail>(),
            provider.GetRequiredService<TidClock>(), provider.GetRequiredService<TimeProvider>()));

        services.AddSingleton(new EventRing());
        services.AddSingleton<EventTail>();
        services.AddHostedService(provider => provider.GetRequiredService<EventTail>());
        services.AddSingleton<EventPartitionStore>();
        services.AddSingleton<EventRetention>();
        services.AddHostedService(provider => provider.GetRequiredService<EventRetention>());
        services.AddSingleton(provider => new StreamWatch(
            provider.GetRequiredService<EventStore>(), provider.GetRequiredService<EventPartitionStore>(),
            provider.GetRequiredService<EventRing>(), provider.GetRequiredService<TimeProvider>()));
        services.AddHostedService<StreamGauges>();
        services.AddSingleton<SubscriberLoop>().AddSingleton<SubscriberCount>();
        services.AddSingleton<Committer>();
        services.AddHostedService(provider => provider.GetRequiredService<Committer>());
        services.AddSingleton<RepoImporter>();
        services.AddSingleton<ForeignRecordClient>();
        services.AddSingleton<CrawlerMemory>().AddSingleton<CrawlerClient>();
        services.AddSingleton(provider => new CrawlerDesk(
            provider.GetRequiredService<CrawlerClient>(), provider.GetRequiredService<CrawlerMemory>(),
            provider.GetRequiredService<RepoOptions>()));
        services.AddHostedService<CrawlerNotifier>();

        services.AddPdsOptions<BlobOptions>(builder.Configuration);
        services.AddSingleton<IncomingBlobs>();
        services.AddSingleton<IBlobStorage>(provider => provider.GetRequiredService<BlobOptions>() switch
        {
            { S3Bucket: not null } options => new S3BlobStorage(options),
            { IsAzure: true } options => new AzureBlobStorage(AzureBlobStorage.Open(options)),
            var options => new DiskBlobStorage(options),
        });
        services.AddHostedService<BlobCollector>();

        services.AddSingleton<TakeoverStore>().AddSingleton<BlobTakeover>();
        services.AddSingleton(provider => new RepositoryTakeover(
            provider.GetRequiredService<TakeoverStore>(), provider.GetRequiredService<BlobTakeover>(),
            provider.GetRequiredService<KeySealer>(), provider.GetRequiredService<BlobOptions>()));

        services.AddSingleton(provider => new RepositoryRepair(
            provider.GetRequiredService<RepoStore>(), provider.GetRequiredService<ImportStore>(),
            provider.GetRequiredService<EventPartitionStore>(), provider.GetRequiredService<EventStore>(),
            provider.GetRequiredService<EventTail>(), provider.GetRequiredService<SigningKeys>(), provider.GetRequiredService<TidClock>(),
            provider.GetRequiredService<NpgsqlDataSource>(), provider.GetRequiredService<TimeProvider>()));

        services.AddSingleton(provider => new KeyRotation(
            provider.GetRequiredService<NpgsqlDataSource>(), provider.GetRequiredService<RepoStore>(),
            provider.GetRequiredService<SigningKeys>(), provider.GetRequiredService<KeySealer>(), provider.GetRequiredService<EventTail>(),
            provider.GetRequiredService<TidClock>(), provider.GetRequiredService<TimeProvider>()));

        services.AddSingleton(provider => new BlobArchive(
            provider.GetRequiredService<IncomingBlobs>(), provider.GetRequiredService<IBlobStorage>()));

        services.AddSingleton(provider => new RepositoryVerifier(
            provider.GetRequiredService<NpgsqlDataSource>(), provider.GetRequiredService<SyncStore>(),
            provider.GetRequiredService<KeySealer>(), provider.GetRequiredService<IBlobStorage>(), provider.GetRequiredService<TimeProvider>()));

        return builder;
    }

    public static IEndpointRouteBuilder MapRepo(this IEndpointRouteBuilder routes)
    {
        ApplyWrites.Map(routes);
        CreateRecord.Map(routes);
        DeleteRecord.Map(routes);
        DescribeRepo.Map(routes);
        Endpoints.Repo.GetRecord.Map(routes);
        ImportRepo.Map(routes);
        ListMissingBlobs.Map(routes);
        ListRecords.Map(routes);
        PutRecord.Map(routes);
        UploadBlob.Map(routes);

        GetBlob.Map(routes);
        GetBlocks.Map(routes);
        GetCheckout.Map(routes);
        GetHead.Map(routes);
        GetHostStatus.Map(routes);
        GetLatestCommit.Map(routes);
        Endpoints.Sync.GetRecord.Map(routes);
        GetRepo.Map(routes);
        GetRepoStatus.Map(routes);
        ListBlobs.Map(routes);
        ListRepos.Map(routes);
        ListReposByCollection.Map(routes);
        SubscribeRepos.Map(routes);

        return routes;
    }
}
