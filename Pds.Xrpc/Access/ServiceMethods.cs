using System.Collections.Frozen;

namespace Pds.Xrpc;

/// <summary>Which methods an account may call on other services through this server, or with a token that this server signs. Case does not count.</summary>
public static class ServiceMethods
{
    private static readonly FrozenSet<string> Protected = Set(
        "com.atproto.admin.sendEmail",
        "com.atproto.identity.requestPlcOperationSignature",
        "com.atproto.identity.signPlcOperation",
        "com.atproto.identity.updateHandle",
        "com.atproto.server.activateAccount",
        "com.atproto.server.confirmEmail",
        "com.atproto.server.createAppPassword",
        "com.atproto.server.deactivateAccount",
        "com.atproto.server.getAccountInviteCodes",
        "com.atproto.server.getSession",
        "com.atproto.server.listAppPasswords",
        "com.atproto.server.requestAccountDelete",
        "com.atproto.server.requestEmailConfirmation",
        "com.atproto.server.requestEmailUpdate",
        "com.atproto.server.revokeAppPassword",
        "com.atproto.server.updateEmail");

    private static readonly FrozenSet<string> Privileged = Set(
        "chat.bsky.actor.deleteAccount",
        "chat.bsky.actor.exportAccountData",
        "chat.bsky.convo.deleteMessageForSelf",
        "chat.bsky.convo.getConvo",
        "chat.bsky.convo.getConvoForMembers",
        "chat.bsky.convo.getLog",
        "chat.bsky.convo.getMessages",
        "chat.bsky.convo.leaveConvo",
        "chat.bsky.convo.listConvos",
        "chat.bsky.convo.muteConvo",
        "chat.bsky.convo.sendMessage",
        "chat.bsky.convo.sendMessageBatch",
        "chat.bsky.convo.unmuteConvo",
        "chat.bsky.convo.updateRead",
        "com.atproto.server.createAccount");

    /// <summary>Never proxied, and no token is signed for it: it manages the account itself.</summary>
    public static bool IsProtected(string method) => Protected.Contains(method);

    /// <summary>Not for an app password that was not made privileged.</summary>
    public static bool IsPrivileged(string method) => Privileged.Contains(method);

    private static FrozenSet<string> Set(params string[] methods) => methods.ToFrozenSet(StringComparer.OrdinalIgnoreCase);
}
