using AtProto;

namespace Pds.Modules.Moving.Engine;

/// <summary>What was moved, and what was found equal when it was looked at again.</summary>
public sealed record MoveReport
{
    public Did? Did { get; init; }

    /// <summary>The handle at the new server.</summary>
    public string? Handle { get; init; }

    /// <summary>Records in the new server's tree, each of them read and held against its CID.</summary>
    public long Records { get; init; }

    /// <summary>Whether the trees of both servers are the same, and the new one's is complete and signed with its key; null while not looked at.</summary>
    public bool? RecordsAreEqual { get; init; }

    /// <summary>Blobs of the new server, each of them read and held against its CID.</summary>
    public long Blobs { get; init; }

    public long BlobBytes { get; init; }

    /// <summary>Blobs that records name and that the new server does not have.</summary>
    public IReadOnlyList<LostBlob> LostBlobs { get; init; } = [];

    /// <summary>Whether both servers tell apps the same preferences; null where one of them keeps none.</summary>
    public bool? PreferencesAreEqual { get; init; }

    /// <summary>Whether the DID names the new server and its key.</summary>
    public bool IdentityIsHere { get; init; }

    /// <summary>The account's own rotation keys, which are still in its DID.</summary>
    public IReadOnlyList<string> OwnRotationKeys { get; init; } = [];

    public bool NewIsActive { get; init; }

    public bool OldIsActive { get; init; }

    /// <summary>What is not as it should be, in English.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];
}
