namespace Pds.Modules.Moving.Engine;

/// <summary>What a move waits for: something that only its person has.</summary>
public enum MovePause
{
    /// <summary>The old server asks for a code beside the password; it may have mailed one.</summary>
    OldSignInCode,

    /// <summary>The new server, where there is an account already, asks for a code beside the password.</summary>
    NewSignInCode,

    /// <summary>Blobs that the old server does not give out: the move goes on without them only if it is told to.</summary>
    LostBlobs,

    /// <summary>The code that the old server has mailed, which lets it sign the change of the DID.</summary>
    PlcToken,

    /// <summary>The document of a did:web, which its owner writes.</summary>
    DidDocument,
}
