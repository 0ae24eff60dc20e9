
using Pds.Xrpc;

namespace Pds.Web.Configuration;

/// <summary>
/// The <c>PDS_*</c> names of the reference server, with or without a meaning here, and those of our own. Another is likely a
/// slip of the pen, worth a word, not worth a refusal.
/// </summary>
internal static partial class KnownVariables
{
    public static void WarnOfUnknownVariables(this WebApplication app)
    {
        foreach (var variable in Find(app))
        {
            Log.Unknown(app.Logger, variable);
        }
    }

    /// <summary>Variables that no option reads, and that the reference server does not know either.</summary>
    public static IEnumerable<string> Find(WebApplication app)
    {
        var known = app.Services.GetServices<OptionsVariables>()
            .SelectMany(options => options.Names)
            .Concat(ReadReferenceNames())
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var variable in app.Configuration.GetChildren())
        {
            if (variable.Key.StartsWith("PDS_", StringComparison.OrdinalIgnoreCase) && !known.Contains(variable.Key))
            {
                yield return variable.Key;
            }
        }
    }

    private static IEnumerable<string> ReadReferenceNames()
    {
        using var stream = typeof(KnownVariables).Assembly.GetManifestResourceStream("Pds.Web.Configuration.variables.txt")!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            yield return line.Trim();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Variable} is not a setting of this server")]
        public static partial void Unknown(ILogger logger, string variable);
    }
}
