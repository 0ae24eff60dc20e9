using Microsoft.Extensions.Configuration;

var builder = DistributedApplication.CreateBuilder(args);
var isRun = builder.ExecutionContext.IsRunMode;

// Where it is published to: Compose, or Azure Container Apps with PDS_PUBLISH=azure.
var isAzure = !isRun && builder.Configuration["PDS_PUBLISH"] == "azure";
if (isAzure)
{
    builder.AddAzureContainerAppEnvironment("pds");
}
else
{
    builder.AddDockerComposeEnvironment("pds");
}

// A database or cache of your own goes first: ConnectionStrings__pdsdb, ConnectionStrings__redis.
IResourceBuilder<IResourceWithConnectionString> database =
    builder.Configuration.GetConnectionString("pdsdb") is not null ? builder.AddConnectionString("pdsdb")
    : isAzure ? builder.AddAzurePostgresFlexibleServer("postgres").WithPasswordAuthentication().AddDatabase("pdsdb")
    : builder.AddPostgres("postgres").WithDataVolume().WithLifetime(ContainerLifetime.Persistent).AddDatabase("pdsdb");
IResourceBuilder<IResourceWithConnectionString> cache =
    builder.Configuration.GetConnectionString("redis") is not null ? builder.AddConnectionString("redis")
    : isAzure ? builder.AddAzureManagedRedis("redis").WithAccessKeyAuthentication()
    : builder.AddRedis("redis");

var web = builder.AddProject<Projects.Pds_Web>("pds-web")
    .WithReference(database).WaitFor(database)
    .WithReference(cache).WaitFor(cache)
    .WithReplicas(builder.Configuration.GetValue("Parameters:replicas", 1))
    .WithExternalHttpEndpoints()
    .WithHttpHealthCheck("/health");

// Here clients come in through the proxy's port; where it is published, it listens for itself.
web.WithEnvironment("PDS_PORT", web.GetEndpoint("http").Property(isRun ? EndpointProperty.Port : EndpointProperty.TargetPort));

// Generated once and kept. Decimal digits are hexadecimal ones too, which is how keys are written.
string[] secrets = ["PDS_JWT_SECRET", "PDS_DPOP_SECRET", "PDS_ADMIN_PASSWORD", "PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX"];
foreach (var name in secrets)
{
    var digits = new GenerateParameterDefault { MinLength = 64, Lower = false, Upper = false, Special = false };
    web.WithEnvironment(name, builder.Configuration[name] is { Length: > 0 } value
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
    // Blobs, unless a bucket is configured. The image's own user may write only there.
    web.WithAnnotation(new ContainerMountAnnotation("pds-data", "/home/app", ContainerMountType.Volume, isReadOnly: false))
        .WithEnvironment("PDS_DATA_DIRECTORY", "/home/app/data")
        .WithEnvironment("PDS_HOSTNAME", builder.AddParameterFromConfiguration("hostname", "PDS_HOSTNAME"));

    // The other settings of this environment go along, as parameters: their values are not written down.
    string[] own = [.. secrets, "PDS_HOSTNAME", "PDS_PORT", "PDS_DATA_DIRECTORY", "PDS_PUBLISH"];
    foreach (var (name, value) in builder.Configuration.AsEnumerable())
    {
        if (name.StartsWith("PDS_", StringComparison.Ordinal) && value is { Length: > 0 } && !own.Contains(name))
        {
            web.WithEnvironment(name, builder.AddParameter(ParameterName(name), value, secret: true));
        }
    }
}

builder.Build().Run();

string Or(string name, string otherwise) => builder.Configuration[name] is { Length: > 0 } set ? set : otherwise;

static string ParameterName(string variable) => variable["PDS_".Length..].ToLowerInvariant().Replace('_', '-');
