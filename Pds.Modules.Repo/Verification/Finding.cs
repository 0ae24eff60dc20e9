namespace Pds.Modules.Repo.Verification;

/// <summary>One thing that was found.</summary>
/// <param name="Text">In words, for an operator.</param>
public sealed record Finding(FindingKind Kind, string Text);
