using Azure.Provisioning.AppContainers;
using Azure.Provisioning.Storage;
using Microsoft.Extensions.Configuration;

var builder = DistributedApplication.CreateBuilder(args);
var isRun = builder.ExecutionContext.IsRunMode;

// Where it is published to: Compose, or Azure Container Apps with PDS_PUBLISH=azure, as azure.yaml says.
var isAzure = !isRun && builder.Configuration["PDS_PUBLISH"] == "azure";
if (isAzure)
{
    builder.AddAzureContainerAppEnvironment("pds");
}
else
{
    builder.AddDockerComposeEnvironment("pds");
}

// In Azure every secret is in the vault, those of the database and the cache too, and the server reads them as its own identity.
var vault = isAzure ? builder.AddAzureKeyVault("vault") : null;

// A database or cache of your own goes first: ConnectionStrings__pdsdb, ConnectionStrings__redis.
IResourceBuilder<IResourceWithConnectionString> database =
    builder.Configuration.GetConnectionString("pdsdb") is not null ? builder.AddConnectionString("pdsdb")
    : vault is not null ? builder.AddAzurePostgresFlexibleServer("postgres").WithPasswordAuthentication(vault).AddDatabase("pdsdb")
    : builder.AddPostgres("postgres").WithDataVolume().WithLifetime(ContainerLifetime.Persistent)

        // What a statement frees, the next one needs: 2 MB at most stay with each process.
        .WithEnvironment("MALLOC_TOP_PAD_", "262144")
        .WithEnvironment("MALLOC_TRIM_THRESHOLD_", "2097152")
        .WithEnvironment("MALLOC_MMAP_THRESHOLD_", "1048576")
        .AddDatabase("pdsdb");
IResourceBuilder<IResourceWithConnectionString> cache =
    builder.Configuration.GetConnectionString("redis") is not null ? builder.AddConnectionString("redis")
    : vault is not null ? builder.AddAzureManagedRedis("redis").WithAccessKeyAuthentication(vault)
    : builder.AddRedis("redis");

var web = builder.AddProject<Projects.Pds_Web>("pds-web")
    .WithReference(database).WaitFor(database)
    .WithReference(cache).WaitFor(cache)
    .WithReplicas(builder.Configuration.GetValue("Parameters:replicas", isAzure ? 2 : 1))
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck("/health");

// Here clients come in through the proxy's port; where it is published, it listens for itself.
web.WithEnvironment("PDS_PORT", web.GetEndpoint("http").Property(isRun ? EndpointProperty.Port : EndpointProperty.TargetPort));

// Generated once and kept. Decimal digits are hexadecimal ones too, which is how keys are written.
string[] secrets = ["PDS_JWT_SECRET", "PDS_DPOP_SECRET", "PDS_ADMIN_PASSWORD", "PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX"];
foreach (var name in secrets)
{
    var digits = new GenerateParameterDefault { MinLength = 64, Lower = false, Upper = false, Special = false };
    AddSecret(name, builder.Configuration[name] is { Length: > 0 } value
        ? builder.AddParameter(ParameterName(name), value, secret: true)
        : builder.AddParameter(ParameterName(name), digits, secret: true, persist: true));
}

if (isRun)
{
    var data = Path.GetFullPath(Path.Combine(builder.AppHostDirectory, "..", ".data"));
    var plc = builder.AddProject<Projects.Pds_DevPlc>("plc")
        .WithEnvironment("PLC_DATA_FILE", Path.Combine(data, "plc.jsonl"))
        .WithHttpHealthCheck("/_health");
    var mail = builder.AddContainer("mail", "axllent/mailpit", "v1.29")
        .WithEndpoint(targetPort: 1025, scheme: "smtp", name: "smtp")
        .WithHttpEndpoint(targetPort: 8025);

    web.WaitFor(plc)
        .WithEnvironment("PDS_DATA_DIRECTORY", data)
        .WithEnvironment("PDS_DEV_MODE", Or("PDS_DEV_MODE", "true"))
        .WithEnvironment("PDS_HOSTNAME", Or("PDS_HOSTNAME", "localhost"))
        .WithEnvironment("PDS_SERVICE_HANDLE_DOMAINS", Or("PDS_SERVICE_HANDLE_DOMAINS", ".test"))
        .WithEnvironment("PDS_SANDBOX", Or("PDS_SANDBOX", "false"))
        .WithEnvironment("PDS_INVITE_REQUIRED", Or("PDS_INVITE_REQUIRED", "false"))
        .WithEnvironment("PDS_DID_PLC_URL", plc.GetEndpoint("http"))
        .WithEnvironment("PDS_EMAIL_SMTP_URL", $"smtp://{mail.GetEndpoint("smtp").Property(EndpointProperty.HostAndPort)}")
        .WithEnvironment("PDS_EMAIL_FROM_ADDRESS", "pds@example.com");
}
else
{
    if (!isAzure)
    {
        // Blobs, unless a bucket is configured. The image's own user may write only there.
        web.WithAnnotation(new ContainerMountAnnotation("pds-data", "/home/app", ContainerMountType.Volume, isReadOnly: false));
    }

    web.WithEnvironment("PDS_DATA_DIRECTORY", "/home/app/data")
        .WithEnvironment("PDS_HOSTNAME", builder.AddParameterFromConfiguration("hostname", "PDS_HOSTNAME"));

    // The other settings of this environment go along, as parameters: their values are not written down.
    string[] own = [.. secrets, "PDS_HOSTNAME", "PDS_PORT", "PDS_DATA_DIRECTORY", "PDS_PUBLISH"];
    foreach (var (name, value) in builder.Configuration.AsEnumerable())
    {
        if (name.StartsWith("PDS_", StringComparison.Ordinal) && value is { Length: > 0 } && !own.Contains(name))
        {
            AddSecret(name, builder.AddParameter(ParameterName(name), value, secret: true));
        }
    }
}

if (isAzure)
{
    // Blobs in a storage account, which the server enters without a secret.
    var storage = builder.AddAzureStorage("storage");
    var blobs = storage.AddBlobs("blobs");
    storage.AddBlobContainer("container", "blobs");
    web.WithReference(blobs)
        .WithRoleAssignments(storage, StorageBuiltInRole.StorageBlobDataContributor)
        .WithEnvironment("PDS_BLOBSTORE_AZURE_ENDPOINT", blobs.Resource.UriExpression)
        .WithEnvironment("PDS_LOG_FORMAT", "json")
        .WithEnvironment("PDS_DRAIN_MS", "10000")

        // It does not listen before its tables are up to date, which takes as long as a migration takes.
        .WithHttpProbe(ProbeType.Startup, "/alive", periodSeconds: 10, failureThreshold: 120)
        .WithHttpProbe(ProbeType.Liveness, "/alive", periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6)
        .WithHttpProbe(ProbeType.Readiness, "/ready", periodSeconds: 3, timeoutSeconds: 5, failureThreshold: 2)
        .PublishAsAzureContainerApp((_, app) =>
        {
            app.Template.TerminationGracePeriodSeconds = 45;
            app.Template.Scale.MaxReplicas = 10;
            app.Template.Scale.Rules =
            [
                // A subscriber is one request for as long as it follows.
                new ContainerAppScaleRule { Name = "requests", Http = new ContainerAppHttpScaleRule { Metadata = { { "concurrentRequests", "200" } } } },
            ];
        });
}

builder.Build().Run();

string Or(string name, string otherwise) => builder.Configuration[name] is { Length: > 0 } set ? set : otherwise;

void AddSecret(string name, IResourceBuilder<ParameterResource> value) => _ = vault is null
    ? web.WithEnvironment(name, value)
    : web.WithEnvironment(name, vault.AddSecret($"{ParameterName(name)}-secret", ParameterName(name), value).Resource);

static string ParameterName(string variable) => variable["PDS_".Length..].ToLowerInvariant().Replace('_', '-');
