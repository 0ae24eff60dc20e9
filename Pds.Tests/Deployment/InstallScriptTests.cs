using Pds.Tests.Architecture;

namespace Pds.Tests.Deployment;

/// <summary>The installation without containers, below a folder instead of the root.</summary>
public sealed class InstallScriptTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("pds-install-").FullName;
    private readonly string _program = Directory.CreateTempSubdirectory("pds-published-").FullName;

    public InstallScriptTests()
    {
        File.WriteAllText(Path.Combine(_program, "Pds.Web.dll"), "one");
        File.WriteAllText(Path.Combine(_program, "Pds.Web"), "");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Path.Combine(_program, "Pds.Web"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
    }

    [Fact]
    public async Task Everything_is_put_in_its_place_and_the_secrets_are_for_nobody_else()
    {
        await InstallAsync("--hostname", "pds.example.com", "--email", "me@example.com");

        var settings = Path.Combine(_root, "etc/pds/pds.env");
        Assert.Contains("PDS_HOSTNAME=pds.example.com", await ReadAsync(settings), StringComparison.Ordinal);
        Assert.Contains("ConnectionStrings__pdsdb=\"Host=/var/run/postgresql;", await ReadAsync(settings), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.None, ModeOf(settings) & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.GroupWrite));
        Assert.All(
            (string[])["opt/pds/app/Pds.Web", "usr/local/bin/pds"],
            file => Assert.True(ModeOf(Path.Combine(_root, file)).HasFlag(UnixFileMode.OtherExecute), file));
        foreach (var unit in (string[])["pds", "pds-cache"])
        {
            Assert.Equal(
                SourceTree.Read($"deploy/systemd/{unit}.service"),
                await ReadAsync(Path.Combine(_root, $"etc/systemd/system/{unit}.service")));
        }

        Assert.Contains("me@example.com", await ReadAsync(Path.Combine(_root, "etc/systemd/system/caddy.service.d/pds.conf")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_run_changes_the_program_alone()
    {
        await InstallAsync("--hostname", "pds.example.com", "--email", "me@example.com");
        var before = await SnapshotAsync();

        var (_, nothing) = await InstallAsync();
        await File.WriteAllTextAsync(Path.Combine(_program, "Pds.Web.dll"), "two", TestContext.Current.CancellationToken);
        await InstallAsync("--hostname", "other.example.com", "--email", "you@example.com");
        var after = await SnapshotAsync();

        Assert.Equal("", nothing);
        Assert.Equal("two", after["opt/pds/app/Pds.Web.dll"]);
        Assert.Equal("one", after["opt/pds/app.old/Pds.Web.dll"]);
        Assert.Equal(
            before.Where(file => file.Key.StartsWith("etc/pds", StringComparison.Ordinal)),
            after.Where(file => file.Key.StartsWith("etc/pds", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_Caddyfile_of_ones_own_is_left_alone()
    {
        var caddyfile = Path.Combine(_root, "etc/caddy/Caddyfile");
        Directory.CreateDirectory(Path.GetDirectoryName(caddyfile)!);
        await File.WriteAllTextAsync(caddyfile, "example.com {\n}\n", TestContext.Current.CancellationToken);

        var (_, output) = await InstallAsync("--hostname", "pds.example.com", "--email", "me@example.com");

        Assert.Equal("example.com {\n}\n", await ReadAsync(caddyfile));
        Assert.Contains("is yours", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_published_server_is_refused_before_anything_is_written()
    {
        File.Delete(Path.Combine(_program, "Pds.Web.dll"));

        var (code, output) = await RunAsync("--hostname", "pds.example.com", "--email", "me@example.com");

        Assert.Equal(1, code);
        Assert.Contains("Pds.Web is missing", output, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_root));
    }

    [Fact]
    public async Task The_scripts_are_sound()
    {
        foreach (var script in (string[])["deploy/install.sh", "deploy/new-env.sh", "deploy/systemd/pds"])
        {
            var (code, output) = await NewEnvironment.RunScriptAsync("bash", ["-n", Path.Combine(SourceTree.Root, script)]);

            Assert.True(code == 0, output);
        }
    }

    public void Dispose()
    {
        Directory.Delete(_root, recursive: true);
        Directory.Delete(_program, recursive: true);
    }

    private async Task<(int Code, string Output)> InstallAsync(params string[] arguments)
    {
        var run = await RunAsync(arguments);
        Assert.True(run.Code == 0, run.Output);
        return run;
    }

    private Task<(int Code, string Output)> RunAsync(params string[] arguments) => NewEnvironment.RunScriptAsync(
        "bash", [Path.Combine(SourceTree.Root, "deploy/install.sh"), "--from", _program, "--root", _root, .. arguments]);

    private async Task<Dictionary<string, string>> SnapshotAsync()
    {
        var files = new Dictionary<string, string>();
        foreach (var path in Directory.EnumerateFiles(_root, "*", SearchOption.AllDirectories))
        {
            files[Path.GetRelativePath(_root, path)] = await ReadAsync(path);
        }

        return files;
    }

    private static Task<string> ReadAsync(string path) => File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);

    private static UnixFileMode ModeOf(string path) => OperatingSystem.IsWindows() ? UnixFileMode.None : File.GetUnixFileMode(path);
}
