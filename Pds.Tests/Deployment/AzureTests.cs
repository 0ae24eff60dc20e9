using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pds.Modules.Repo;
using Pds.Modules.Repo.Blobs;
using Pds.Tests.Architecture;
using Pds.Tests.Support;
using Pds.Xrpc;

namespace Pds.Tests.Deployment;

/// <summary>What <c>azd up</c> reads, as far as it can be held against the server without Aspire's packages.</summary>
public sealed partial class AzureTests(PdsFixture pds)
{
    private static readonly string AppHost = SourceTree.Read("Pds.AppHost/AppHost.cs");

    // Of an emulator: the account's key of everybody.
    private const string Local = "UseDevelopmentStorage=true";

    [Fact]
    public void The_developers_command_line_finds_the_AppHost()
    {
        var service = Assert.Single(Yaml.Parse(SourceTree.Read("azure.yaml"))).Find("services/app")!;

        Assert.Equal(("dotnet", "containerapp"), (service.Text("language"), service.Text("host")));
        Assert.True(File.Exists(Path.Combine(SourceTree.Root, service.Text("project")!)));
    }

    [Fact]
    public async Task Every_setting_of_the_AppHost_is_one_of_the_servers()
    {
        var server = await pds.GetServerAsync();
        var known = server.Services.GetServices<OptionsVariables>().SelectMany(options => options.Names).Append("PDS_PUBLISH").ToHashSet();
        var named = Setting().Matches(AppHost).Select(match => match.Value).ToHashSet();

        Assert.Contains("PDS_BLOBSTORE_AZURE_ENDPOINT", named);
        Assert.Empty(named.Except(known));
    }

    [Fact]
    public async Task Its_probes_ask_what_the_server_answers()
    {
        var probes = Probe().Matches(AppHost).Select(match => (match.Groups["type"].Value, match.Groups["path"].Value)).ToArray();

        Assert.Equal([("Startup", "/alive"), ("Liveness", "/alive"), ("Readiness", "/ready")], probes);
        foreach (var (_, path) in probes)
        {
            (await pds.Xrpc.Http.GetAsync(path, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
        }
    }

    [Fact]
    public void Every_package_of_the_AppHost_has_a_version()
    {
        var versions = SourceTree.Read("Directory.Packages.props");

        Assert.All(
            Package().Matches(SourceTree.Read("Pds.AppHost/Pds.AppHost.csproj")),
            package => Assert.Contains($"Include=\"{package.Groups["name"].Value}\" Version=", versions, StringComparison.Ordinal));
    }

    [Fact]
    public void Blobs_are_entered_by_an_identity_or_by_a_connection_string()
    {
        var byIdentity = Read(("PDS_BLOBSTORE_AZURE_ENDPOINT", "https://account.blob.core.windows.net/"), ("PDS_BLOBSTORE_AZURE_CONTAINER", "here"));
        var byKey = Read(("PDS_BLOBSTORE_AZURE_CONNECTION_STRING", Local));

        Assert.True(byIdentity.IsAzure && byKey.IsAzure);
        Assert.Equal("https://account.blob.core.windows.net/here", AzureBlobStorage.Open(byIdentity).Uri.ToString());
        Assert.False(AzureBlobStorage.Open(byIdentity).CanGenerateSasUri);
        Assert.True(AzureBlobStorage.Open(byKey).CanGenerateSasUri);
    }

    [Theory]
    [InlineData("PDS_BLOBSTORE_AZURE_ENDPOINT", "http://account.blob.core.windows.net/", "PDS_BLOBSTORE_AZURE_ENDPOINT must be an https address.")]
    [InlineData("PDS_BLOBSTORE_AZURE_ENDPOINT", "https://account.blob.core.windows.net/", "Only one of")]
    public void A_store_that_is_not_one_is_refused(string name, string value, string complaint)
    {
        var settings = complaint[0] == 'O'
            ? new[] { (name, value), ("PDS_BLOBSTORE_AZURE_CONNECTION_STRING", Local) }
            : [(name, value)];

        var refusal = Assert.Throws<OptionsException>(() => Read(settings));

        Assert.StartsWith(complaint, Assert.Single(refusal.Problems), StringComparison.Ordinal);
    }

    private static BlobOptions Read(params (string Name, string Value)[] settings) => PdsOptions.Read<BlobOptions>(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value))).Build());

    [GeneratedRegex(@"(?<="")PDS_\w+(?="")")]
    private static partial Regex Setting();

    [GeneratedRegex("""WithHttpProbe\(ProbeType\.(?<type>\w+), "(?<path>[^"]+)",""")]
    private static partial Regex Probe();

    [GeneratedRegex("""PackageReference Include="(?<name>[^"]+)" """)]
    private static partial Regex Package();
}
