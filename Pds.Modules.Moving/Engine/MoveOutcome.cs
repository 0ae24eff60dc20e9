namespace Pds.Modules.Moving.Engine;

/// <summary>Where a run of a move has ended.</summary>
/// <param name="Pause">What it waits for; null when the account has moved.</param>
/// <param name="Problem">Why the last answer was of no use, in the words of the server that refused it.</param>
/// <param name="Document">What a did:web has to say, where it waits for that.</param>
public sealed record MoveOutcome(MovePause? Pause, MoveReport Report, string? Problem = null, WantedDocument? Document = null);
