using Pds.Xrpc;

namespace Pds.Web.Configuration;

/// <summary>
/// The <c>PDS_*</c> names of the reference server, with a meaning here or with the reason why they have none, and those of our
/// own. Another is likely a slip of the pen, worth a word, not worth a refusal.
/// </summary>
internal static partial class KnownVariables
{
    public static void WarnOfUnknownVariables(this WebApplication app)
    {
        var ofReference = ReadReferenceNames();
        foreach (var variable in app.Configuration.GetChildren())
        {
            if (ofReference.TryGetValue(variable.Key, out var reason) && reason.Length > 0)
            {
                Log.WithoutMeaning(app.Logger, variable.Key, reason);
            }
        }

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
            .Concat(ReadReferenceNames().Keys)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var variable in app.Configuration.GetChildren())
        {
            if (variable.Key.StartsWith("PDS_", StringComparison.OrdinalIgnoreCase) && !known.Contains(variable.Key))
            {
                yield return variable.Key;
            }
        }
    }

    /// <summary>Each name with the reason why it has no meaning here; empty where it has one.</summary>
    internal static Dictionary<string, string> ReadReferenceNames()
    {
        var names = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        using var stream = typeof(KnownVariables).Assembly.GetManifestResourceStream("Pds.Web.Configuration.variables.txt")!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            var parts = line.Split(':', 2, StringSplitOptions.TrimEntries);
            names[parts[0]] = parts.Length > 1 ? parts[1] : "";
        }

        return names;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Variable} is not a setting of this server")]
        public static partial void Unknown(ILogger logger, string variable);

        [LoggerMessage(Level = LogLevel.Information, Message = "{Variable} has no meaning here: {Reason}")]
        public static partial void WithoutMeaning(ILogger logger, string variable, string reason);
    }
}
