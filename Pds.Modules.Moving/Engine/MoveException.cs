namespace Pds.Modules.Moving.Engine;

/// <summary>A move cannot go on for now. What is done stays done: the next run goes on from there.</summary>
/// <param name="message">For a person, in English; holds no secret.</param>
public sealed class MoveException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The name of the refusal, where a server refused by the protocol.</summary>
    public string? Error { get; init; }

    /// <summary>The method that was refused.</summary>
    public string? Method { get; init; }

    /// <summary>When it is worth to try again; null where waiting alone changes nothing.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
