namespace Pds.Modules.Moving.Engine;

/// <summary>What the old server says of the account at sign-in.</summary>
public sealed record OldAccount(string Handle, string? Email);
