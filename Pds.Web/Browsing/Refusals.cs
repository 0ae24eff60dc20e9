using Pds.Xrpc;

namespace Pds.Web.Browsing;

/// <summary>What a refusal of a module is called in the texts, and which field of a form it is about.</summary>
internal static class Refusals
{
    private static readonly Dictionary<string, (string Key, string? Field)> Known = new(StringComparer.Ordinal)
    {
        ["AccountTakedown"] = ("Refused.Takedown", null),
        ["RateLimitExceeded"] = ("Refused.TooMany", null),
        ["InvalidToken"] = ("Refused.Code", "code"),
        ["ExpiredToken"] = ("Refused.CodeExpired", "code"),
        ["TokenRequired"] = ("Refused.CodeRequired", "code"),
        ["InvalidEmail"] = ("Refused.Email", "email"),
        ["InvalidHandle"] = ("Refused.Handle", "handle"),
        ["HandleNotAvailable"] = ("Refused.HandleTaken", "handle"),
        ["UnsupportedDomain"] = ("Refused.HandleDomain", "handle"),
        ["HandleNotFound"] = ("Refused.HandleUnresolved", "handle"),
        ["InvalidInviteCode"] = ("Refused.Invite", "invite"),
        ["InvalidPassword"] = ("Refused.PasswordWeak", "password"),
    };

    // What the protocol has one name for is told apart by its words.
    private static readonly (string Start, string Key, string Field)[] Requests =
    [
        ("recoveryKey must be", "Refused.RecoveryKey", "recovery"),
        ("Verification ", "Refused.Robots", ""),
        ("The key is a rotation key", "Refused.KeyThere", "recovery"),
        ("A DID has 5 rotation keys", "Refused.KeysTooMany", "recovery"),
        ("Email already taken", "Refused.EmailTaken", "email"),
        ("This email address is not supported", "Refused.Email", "email"),
        ("Email is required", "Refused.Email", "email"),
        ("Password too long", "Refused.PasswordWeak", "password"),
    ];

    /// <summary>The key of the text, null where there is only the refusal's own; and the field, null for the form as a whole.</summary>
    public static (string? Key, string? Field) Of(XrpcException refusal)
    {
        if (Known.TryGetValue(refusal.Error, out var known))
        {
            return known;
        }

        var request = Array.Find(Requests, request => refusal.Message.StartsWith(request.Start, StringComparison.Ordinal));
        return (request.Key, request.Field);
    }
}
