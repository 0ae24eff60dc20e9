namespace Pds.Modules.Moving.Engine;

/// <summary>The steps of a move, in their order.</summary>
public enum MoveStep
{
    /// <summary>Signing in at the old server.</summary>
    SignIn,

    /// <summary>An account of the same DID at the new server, not yet active.</summary>
    Account,

    /// <summary>All records.</summary>
    Repository,

    /// <summary>The files that records name.</summary>
    Blobs,

    /// <summary>What apps keep at the server.</summary>
    Preferences,

    /// <summary>Every record and every blob is held against the old server's, before anything is changed for good.</summary>
    Check,

    /// <summary>The DID names the new server and its key.</summary>
    Identity,

    /// <summary>The new account becomes the one that the network sees.</summary>
    Activation,

    /// <summary>The old account rests.</summary>
    Departure,
}
