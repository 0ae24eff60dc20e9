using AtProto;

namespace Pds.Modules.Auth.Accounts;

/// <summary>A sign-up that has begun: what it holds, and what has to be undone if it does not end.</summary>
/// <param name="SigningKey">The did:key that was reserved for it, which is also its name.</param>
/// <param name="Email">Lower case.</param>
/// <param name="Did">The DID that is brought along; null when one is made here.</param>
/// <param name="StartedAt">Also tells who works on it: whoever takes it over sets it anew.</param>
internal sealed record SignUp(
    string SigningKey, Handle Handle, string Email, Did? Did, string? InviteCode, DateTimeOffset StartedAt)
{
    /// <summary>No sign-up takes longer; it is given up at this time.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(45);

    /// <summary>After this time nobody can be working on it any more, whatever the clocks of the replicas say.</summary>
    public static readonly TimeSpan AbandonedAfter = TimeSpan.FromMinutes(2);
}

/// <summary>Whether a sign-up could begin.</summary>
internal enum SignUpStart
{
    Begun,
    EmailTaken,
    HandleTaken,
    DidTaken,
    InviteUnavailable,
}
