using AtProto;

namespace Pds.Contracts.Moving;

/// <summary>
/// Begins to bring an account here from another server; answered with <see cref="BegunMove"/>. It goes on in the background and
/// survives restarts. Refused: <c>InvalidServer</c>, <c>NotAccepting</c>, <c>RateLimitExceeded</c>.
/// </summary>
/// <param name="Address">The network address of who asks.</param>
/// <param name="Identifier">A handle, a DID, or an e-mail address with a server.</param>
/// <param name="Server">The old server's address as typed; null to find it.</param>
/// <param name="Handle">The handle here; null keeps a domain of one's own.</param>
/// <param name="Email">The address here; null for that at the old server.</param>
public sealed record BeginMove(
    string Address, string Identifier, string? Server, string OldPassword, string NewPassword, string? Handle, string? Email, string? InviteCode);

/// <param name="Key">Finds the move again. Who has it may watch and answer; it is stored nowhere here.</param>
public sealed record BegunMove(string Key);

/// <summary>Asks how a move stands; answered with <see cref="MoveView"/>, null when the key is none.</summary>
public sealed record GetMove(string Key);

/// <summary>Gives a move what it waits for, each once. Refused: <c>MoveNotFound</c>, <c>RateLimitExceeded</c>.</summary>
/// <param name="Code">A code of a sign-in or a mail.</param>
/// <param name="WithoutLost">To go on without the files that are lost.</param>
/// <param name="MailAgain">To have the code for the identity mailed anew.</param>
public sealed record AnswerMove(string Key, string? Code = null, bool WithoutLost = false, bool MailAgain = false);

/// <summary>Gives a move up. What has come here stays, deactivated, until it is deleted by itself; the old account is as it was.</summary>
public sealed record EndMove(string Key);

/// <summary>Removes what is known of an account's moves.</summary>
public sealed record ForgetMoves(Did Did);

/// <summary>How a move stands.</summary>
/// <param name="Step">From 0, of <see cref="Steps"/>.</param>
/// <param name="Total">Null where it is not known.</param>
/// <param name="Waits">What it waits for; null when for nothing.</param>
/// <param name="Problem">What went wrong, as the name of a method and of its refusal; null when nothing did.</param>
/// <param name="Detail">The same in English.</param>
public sealed record MoveView(
    MoveState State, int Step, long Done, long? Total, MoveWait? Waits, string? Problem, string? Detail, MovedAccount? Account,
    WantedDidDocument? Document)
{
    /// <summary>How many steps there are.</summary>
    public const int Steps = 9;
}

public enum MoveState
{
    /// <summary>Under way, or about to be tried again.</summary>
    Running,

    /// <summary>It waits for the person.</summary>
    Waiting,

    /// <summary>It cannot go on as it was asked for; it can be begun again.</summary>
    Failed,

    /// <summary>The account has moved.</summary>
    Done,

    /// <summary>It was given up.</summary>
    Ended,
}

public enum MoveWait
{
    OldSignInCode,
    NewSignInCode,
    LostBlobs,
    PlcToken,
    DidDocument,
}

/// <summary>What was moved, and what was found equal when it was looked at again.</summary>
/// <param name="LostBlobs">CIDs of files that the old server does not give out.</param>
/// <param name="RecordsAreEqual">Whether both servers have the same; null while not looked at.</param>
/// <param name="PreferencesAreEqual">Whether both servers have the same; null where one of them keeps none.</param>
public sealed record MovedAccount(
    Did? Did, string? Handle, long Records, bool? RecordsAreEqual, long Blobs, long BlobBytes, IReadOnlyList<string> LostBlobs,
    bool? PreferencesAreEqual, IReadOnlyList<string> OwnRotationKeys, bool OldIsActive, IReadOnlyList<string> Problems);

/// <summary>What a did:web has to say.</summary>
public sealed record WantedDidDocument(string AlsoKnownAs, string PublicKeyMultibase, string ServiceEndpoint);
