using System.Diagnostics;

namespace Pds.LocalServices;

/// <summary>
/// The user that PostgreSQL runs as. It refuses to run as root, so root starts it as <c>postgres</c>, or as <c>nobody</c>
/// where there is no such user; the framework switches the user, no helper program is needed.
/// </summary>
internal static class ServiceUser
{
    public static bool IsRoot { get; } = !OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess;

    private static readonly string? Name = IsRoot ? (Exists("postgres") ? "postgres" : "nobody") : null;

    /// <summary>Makes a folder in which that user can create its own, and lets it reach the folder.</summary>
    public static void Open(string folder)
    {
        Directory.CreateDirectory(folder);
        if (!IsRoot || OperatingSystem.IsWindows())
        {
            return;
        }

        // Sticky and writable, as /tmp is: whoever creates something owns it, and nobody else can remove it.
        File.SetUnixFileMode(
            folder,
            UnixFileMode.StickyBit
            | UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
            | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute);
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
        return start;
    }

    private static bool Exists(string user) =>
        File.ReadLines("/etc/passwd").Any(line => line.StartsWith(user + ":", StringComparison.Ordinal));
}
