using System.Text.Json;
using Pds.Xrpc;

namespace Pds.Modules.Auth.Sessions;

/// <summary>The <c>scope</c> claim of session tokens.</summary>
internal static class TokenScope
{
    public static string Of(AccessKind kind) => kind switch
    {
        AccessKind.Full => "com.atproto.access",
        AccessKind.AppPassword => "com.atproto.appPass",
        AccessKind.AppPasswordPrivileged => "com.atproto.appPassPrivileged",
        AccessKind.Takendown => "com.atproto.takendown",
        AccessKind.SignupQueued => "com.atproto.signupQueued",
        AccessKind.Refresh => "com.atproto.refresh",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    public static AccessKind Read(ref readonly Utf8JsonReader claim) =>
        claim.TokenType != JsonTokenType.String ? AccessKind.None
        : claim.ValueTextEquals("com.atproto.access"u8) ? AccessKind.Full
        : claim.ValueTextEquals("com.atproto.appPass"u8) ? AccessKind.AppPassword
        : claim.ValueTextEquals("com.atproto.appPassPrivileged"u8) ? AccessKind.AppPasswordPrivileged
        : claim.ValueTextEquals("com.atproto.refresh"u8) ? AccessKind.Refresh
        : claim.ValueTextEquals("com.atproto.takendown"u8) ? AccessKind.Takendown
        : claim.ValueTextEquals("com.atproto.signupQueued"u8) ? AccessKind.SignupQueued
        : AccessKind.None;
}
