using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Pds.Modules.Moving;

/// <summary>The module's source of traces and metrics.</summary>
internal static class MovingTelemetry
{
    public const string Name = "Pds.Modules.Moving";

    private static readonly Meter Meter = new(Name);

    public static readonly ActivitySource Activities = new(Name);

    public static readonly Counter<long> MovesBegun = Meter.CreateCounter<long>("pds.moves.begun");

    public static readonly Counter<long> MovesDone = Meter.CreateCounter<long>("pds.moves.done");

    public static readonly Counter<long> MovesFailed = Meter.CreateCounter<long>("pds.moves.failed");
}
