using System.Diagnostics;
using System.Globalization;

namespace Pds.Tests.Replicas;

/// <summary>A disk of a few megabytes, in memory, to be filled up. Root alone can make one.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly string _ballast;

    private SmallDisk(string folder) => (Folder, _ballast) = (folder, Path.Combine(folder, "ballast"));

    public static bool CanBeMade => OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess;

    public string Folder { get; }

    /// <param name="likeOwnerOf">A file whose owner is to own the disk.</param>
    public static SmallDisk Make(int megabytes, string likeOwnerOf)
    {
        var folder = Directory.CreateTempSubdirectory("pds-small-disk-").FullName;
        var owner = Run("/usr/bin/stat", "-c", "%u", likeOwnerOf).Trim();
        Run("/bin/mount", "-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={megabytes}m,mode=0711,uid={owner}"), "pds-tests", folder);
        return new SmallDisk(folder);
    }

    /// <summary>Makes a folder on it that anybody may write to.</summary>
    public string MakeFolder(string name, string likeOwnerOf)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Folder, name)).FullName;
        Run("/bin/chown", $"--reference={likeOwnerOf}", folder);
        return folder;
    }

    /// <summary>Leaves no byte free.</summary>
    public void Fill()
    {
        using var file = new FileStream(_ballast, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        var size = 1 << 20;
        while (size > 0)
        {
            try
            {
                file.Write(new byte[size]);
            }
            catch (IOException)
            {
                size /= 2;
            }
        }
    }

    public void Free() => File.Delete(_ballast);

    public void Dispose()
    {
        Run("/bin/umount", "-l", Folder);
        Directory.Delete(Folder);
    }

    private static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} failed.");
        return output;
    }
}
