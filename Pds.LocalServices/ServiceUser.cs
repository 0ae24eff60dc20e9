using System.Diagnostics;

namespace Pds.LocalServices;

/// <summary>
/// The user that PostgreSQL runs as. It refuses to run as root, so root starts it as <c>postgres</c>, or as <c>nobody</c>
/// where there is no such user; the framework switches the user, no helper program is needed.
/// </summary>
internal static class ServiceUser
{
    // As /tmp is: whoever creates something owns it, and nobody else can remove it.
    private const UnixFileMode Shared = UnixFileMode.StickyBit
        | UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private static readonly bool IsRoot = !OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess;

    private static readonly string? Name = IsRoot ? (Exists("postgres") ? "postgres" : "nobody") : null;

    /// <summary>Makes a folder in which that user can create its own.</summary>
    /// <exception cref="LocalServiceException">It lies where that user cannot go.</exception>
    public static void Open(string folder)
    {
        Directory.CreateDirectory(folder);
        if (!IsRoot || OperatingSystem.IsWindows())
        {
            return;
        }

        for (var parent = Directory.GetParent(folder); parent is not null; parent = parent.Parent)
        {
            if (!parent.UnixFileMode.HasFlag(UnixFileMode.OtherExecute))
            {
                throw new LocalServiceException(
                    $"PostgreSQL does not run as root, and its user {Name} cannot enter {parent.FullName}. Choose another data folder than {folder}.");
            }
        }

        File.SetUnixFileMode(folder, Shared);
    }

    /// <summary>Writes a file that is for that user's eyes; where it is not us, for everybody's.</summary>
    public static void WriteReadable(string path, string content)
    {
        PrivateFile.Write(path, content);
        if (IsRoot && !OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        }
    }

    /// <summary>Prepares the start of a program as that user.</summary>
    public static ProcessStartInfo Start(string program, IEnumerable<string> arguments)
    {
        // The working directory has to be one that the user can enter.
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = Path.GetTempPath() };
        if (Name is not null && !OperatingSystem.IsWindows())
        {
            start.UserName = Name;
        }

        start.Environment["LC_ALL"] = "C";

        // glibc's, for a process of Postgres that writes: what a statement frees, the next one needs again, and to have the system take
        // it and give it anew is a tenth of a small one (docs/decisions/0001). Two megabytes at most stay with each process.
        start.Environment["MALLOC_TOP_PAD_"] = "262144";
        start.Environment["MALLOC_TRIM_THRESHOLD_"] = "2097152";
        start.Environment["MALLOC_MMAP_THRESHOLD_"] = "1048576";
        return start;
    }

    private static bool Exists(string user) =>
        File.ReadLines("/etc/passwd").Any(line => line.StartsWith(user + ":", StringComparison.Ordinal));
}
