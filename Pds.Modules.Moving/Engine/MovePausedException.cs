namespace Pds.Modules.Moving.Engine;

/// <summary>A step needs what only the person has; <see cref="Move"/> makes an outcome of it.</summary>
internal sealed class MovePausedException(MovePause pause, string? problem = null, WantedDocument? document = null)
    : Exception($"The move waits: {pause}")
{
    public MovePause Pause { get; } = pause;

    public string? Problem { get; } = problem;

    public WantedDocument? Document { get; } = document;
}
