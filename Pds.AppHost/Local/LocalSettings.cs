using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Pds.LocalServices;

namespace Pds.AppHost.Local;

/// <summary>What the environment says of a local run.</summary>
/// <param name="Solution">The folder of the solution.</param>
/// <param name="DataFolder">Holds everything that outlives a run.</param>
/// <param name="Port">Where the server is reached.</param>
internal sealed record LocalSettings(string Solution, string DataFolder, int Port)
{
    private const int DefaultPort = 2583;

    public static LocalSettings Read()
    {
        // From Pds.AppHost/bin/Debug/net10.0/
        var solution = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../.."));
        var folder = Environment.GetEnvironmentVariable("PDS_DATA_DIRECTORY") is { Length: > 0 } set ? set : DefaultFolder(solution);
        return new LocalSettings(solution, Path.GetFullPath(folder), ReadPort());
    }

    // PostgreSQL does not run as root, and its user may not be able to reach a clone that is root's.
    private static string DefaultFolder(string solution) => Environment.IsPrivilegedProcess && !OperatingSystem.IsWindows()
        ? $"/var/tmp/pds-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(solution)))[..8]}"
        : Path.Combine(solution, ".data");

    private static int ReadPort() => Environment.GetEnvironmentVariable("PDS_PORT") switch
    {
        null or "" => DefaultPort,
        var text when ushort.TryParse(text, CultureInfo.InvariantCulture, out var port) && port > 0 => port,
        var text => throw new LocalServiceException($"PDS_PORT is {text}, which is not a port."),
    };
}
