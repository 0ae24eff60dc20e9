using AtProto;

namespace Pds.Contracts.Identity;

/// <summary>
/// Asks what the DID of an account says, and how it came to say it; answered with <see cref="IdentityHistory"/>. Refused with
/// <c>AccountNotFound</c>, or <c>UpstreamFailure</c> when the place where the DID is kept does not answer.
/// </summary>
public sealed record GetIdentityHistory(Did Did);

/// <summary>A DID as its owner sees it.</summary>
/// <param name="Keys">Who may change it, the most powerful first; none for a did:web.</param>
/// <param name="Changes">Every operation, newest first; none for a did:web.</param>
/// <param name="IsProven">Whether each operation was found to be signed and chained as it must be; true for a did:web.</param>
/// <param name="Document">For a did:web: the document that its owner has to publish for it to live here, as JSON.</param>
public sealed record IdentityHistory(
    IReadOnlyList<RotationKeyInfo> Keys, IReadOnlyList<IdentityChange> Changes, bool IsProven, string? Document);

/// <summary>A key that may change a DID.</summary>
public sealed record RotationKeyInfo(string DidKey, RotationKeyHolder Holder);

/// <summary>Whose a rotation key is.</summary>
public enum RotationKeyHolder
{
    /// <summary>Nobody has said.</summary>
    Unknown,

    /// <summary>The owner has said that it is theirs.</summary>
    Owner,

    /// <summary>The operator keeps it for the case that the server is lost.</summary>
    Operator,

    /// <summary>This server's.</summary>
    Server,
}

/// <summary>What one operation changed, beside the one before it.</summary>
/// <param name="IsFirst">Whether it founded the DID.</param>
/// <param name="IsEnd">Whether it ended it.</param>
/// <param name="IsNullified">Whether a stronger key has undone it.</param>
/// <param name="SignedBy">Null when no key that might has signed it.</param>
/// <param name="AreKeysReordered">Whether the same keys have another order of power.</param>
/// <param name="Handle">The new claim; null when it did not change.</param>
/// <param name="Server">The new server; null when it did not change.</param>
/// <param name="SigningKey">The new key of the repository; null when it did not change.</param>
public sealed record IdentityChange(
    DateTimeOffset At,
    bool IsFirst,
    bool IsEnd,
    bool IsNullified,
    RotationKeyInfo? SignedBy,
    IReadOnlyList<RotationKeyInfo> AddedKeys,
    IReadOnlyList<RotationKeyInfo> RemovedKeys,
    bool AreKeysReordered,
    string? Handle,
    string? Server,
    string? SigningKey);
