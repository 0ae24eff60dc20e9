using System.Runtime.InteropServices;
using System.Text.Json;
using Pds.Tests.Architecture;

namespace Pds.Tests.Deployment;

/// <summary>What Aspire makes of the AppHost: runs where the AppHost was built with Aspire's packages.</summary>
public sealed class ManifestTests
{
    private static readonly string Dotnet = Path.GetFullPath(
        Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));

    private static readonly string Built = Path.Combine(
        SourceTree.Root, "Pds.AppHost", Path.GetRelativePath(Path.Combine(SourceTree.Root, "Pds.Tests"), AppContext.BaseDirectory));

    /// <summary>Whether Aspire is in sight.</summary>
    public static bool IsAspire { get; } = File.Exists(Path.Combine(Built, "Aspire.Hosting.dll"));

    [Fact(SkipUnless = nameof(IsAspire), Skip = "The AppHost was built without Aspire's packages.")]
    public async Task The_published_server_is_told_what_the_AppHost_says()
    {
        var file = Path.GetTempFileName();
        var (code, output) = await NewEnvironment.RunScriptAsync(
            Dotnet,
            [
                Path.Combine(Built, "Pds.AppHost.dll"), "--publisher", "manifest", "--output-path", file, "--PDS_HOSTNAME=pds.example.com",
            ]);
        Assert.True(code == 0, output);
        using var manifest = JsonDocument.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        File.Delete(file);

        var resources = manifest.RootElement.GetProperty("resources");
        var told = resources.GetProperty("pds-web").GetProperty("env").EnumerateObject().Select(variable => variable.Name).ToHashSet();

        Assert.All(Blueprint.Services, name => Assert.True(resources.TryGetProperty(name, out _), name));
        Assert.Empty(Blueprint.Variables.Except(told));
        Assert.DoesNotContain(resources.EnumerateObject(), resource => resource.Name is "plc" or "mail");
    }
}
