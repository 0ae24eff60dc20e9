using AtProto.Crypto;

namespace Pds.Cli.Moving;

/// <summary>What was asked for on the command line.</summary>
internal sealed record MoveWishes(string Who, Uri To, Uri Plc)
{
    public Uri? From { get; init; }

    public string? Handle { get; init; }

    public string? Email { get; init; }

    public string? InviteCode { get; init; }

    public FileInfo? OldPasswordFile { get; init; }

    public FileInfo? NewPasswordFile { get; init; }

    public string? SignInCode { get; init; }

    public string? PlcToken { get; init; }

    public FileInfo? RecoveryKeyFile { get; init; }

    public KeyCurve RecoveryKeyCurve { get; init; }

    public bool GoOnWithoutLostBlobs { get; init; }

    public bool LeaveOldActive { get; init; }

    /// <summary>For scripts: a document of JSON at the end, and no question.</summary>
    public bool AsJson { get; init; }
}
