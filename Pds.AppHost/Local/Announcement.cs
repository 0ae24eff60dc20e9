using System.Globalization;

namespace Pds.AppHost.Local;

/// <summary>What a developer wants to know once everything runs.</summary>
internal static class Announcement
{
    public static void Write(
        LocalSettings settings, Uri server, Uri plc, Dashboard? dashboard, string database, string redis, TimeSpan took)
    {
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"""

              Pds is running, {took.TotalSeconds:0.0} s after its start.

                Server          {Plain(server)}
                Health          {Plain(server)}/xrpc/_health
                PLC directory   {Plain(plc)}
                Dashboard       {(dashboard is null ? Dashboard.HowToGet : Plain(dashboard.Url))}
                Postgres        {WithoutPassword(database)}
                Redis           {redis}
                Data            {settings.DataFolder}{Mail()}

              Ctrl+C stops everything. What was written stays.

            """));
    }

    private static string Plain(Uri url) => url.ToString().TrimEnd('/');

    private static string WithoutPassword(string connectionString) => string.Join(
        ';', connectionString.Split(';').Where(part => !part.StartsWith("Password=", StringComparison.OrdinalIgnoreCase)));

    private static string Mail() => Environment.GetEnvironmentVariable("PDS_EMAIL_SMTP_URL") is { Length: > 0 }
        ? "\n    Mail            goes to the server of PDS_EMAIL_SMTP_URL; none is started here"
        : "";
}
