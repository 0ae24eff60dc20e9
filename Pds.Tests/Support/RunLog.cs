using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Pds.Tests.Support;

/// <summary>What all servers of this run of the tests have logged, as an operator gets it with <c>LOG_LEVEL=debug</c>.</summary>
internal static class RunLog
{
    private static readonly string[] Quiet = ["Microsoft", "System", "Npgsql", "Wolverine", "JasperFx", "OpenIddict", "StackExchange"];

    private static readonly ConcurrentQueue<string> Kept = new();

    /// <summary>Lines, with their properties.</summary>
    public static IReadOnlyCollection<string> Lines => Kept;

    /// <summary>Keeps a line of a server that runs as another process.</summary>
    public static void Add(string line) => Kept.Enqueue(line);

    /// <summary>Keeps what a server of this process will log.</summary>
    public static void Listen(ILoggingBuilder logging)
    {
        logging.AddProvider(new LogCapture(Kept)).AddFilter<LogCapture>(null, LogLevel.Debug).AddFilter<LogCapture>("Pds.Contracts", LogLevel.None);
        foreach (var library in Quiet)
        {
            logging.AddFilter<LogCapture>(library, LogLevel.Warning);
        }
    }
}
