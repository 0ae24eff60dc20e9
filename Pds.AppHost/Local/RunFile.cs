using System.Text.Json;
using Pds.LocalServices;

namespace Pds.AppHost.Local;

/// <summary>
/// <c>run.json</c> of the data folder: where the parts of a run are, for programs that load or watch it. It is there while the
/// server is up.
/// </summary>
internal static class RunFile
{
    private const string Name = "run.json";

    public static void Write(DataFolder folder, Uri url, Uri plcUrl, string adminPassword, int web, int plc, int? postgres)
    {
        var run = new
        {
            Name = "pds",
            Url = $"http://127.0.0.1:{url.Port}",
            PublicUrl = Plain(url),
            PlcUrl = Plain(plcUrl),
            AdminPassword = adminPassword,
            Pids = new { Web = web, Postgres = postgres, Host = Environment.ProcessId },
            PlcPid = plc,
        };
        PrivateFile.Write(folder.PathOf(Name), JsonSerializer.Serialize(run, JsonSerializerOptions.Web));
    }

    public static void Delete(DataFolder folder) => File.Delete(folder.PathOf(Name));

    private static string Plain(Uri url) => url.ToString().TrimEnd('/');
}
