namespace AtProto;

/// <summary>
/// What a host says of an account, as in <c>#account</c> events and <c>com.atproto.sync.getRepoStatus</c>. Only
/// <see cref="Active"/> accounts have public content.
/// </summary>
public enum AccountStatus
{
    /// <summary>In use. Sent as <c>active: true</c> without a status.</summary>
    Active,

    /// <summary>Put to rest by its owner.</summary>
    Deactivated,

    /// <summary>Taken down by moderation. Wins over <see cref="Deactivated"/>.</summary>
    Takendown,

    /// <summary>Suspended for a time.</summary>
    Suspended,

    /// <summary>Gone for good.</summary>
    Deleted,
}
