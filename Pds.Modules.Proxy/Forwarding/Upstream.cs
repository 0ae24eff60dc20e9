using AtProto;

namespace Pds.Modules.Proxy.Forwarding;

/// <summary>A service that requests are sent to.</summary>
/// <param name="Did">Whom tokens are made out to.</param>
/// <param name="Audience">DID, <c>#</c> and service id: what scopes name.</param>
/// <param name="Origin">Scheme and authority, without a trailing slash.</param>
/// <param name="IsConfigured">The operator chose it: it may be on a private network.</param>
internal sealed record Upstream(Did Did, string Audience, string Origin, bool IsConfigured)
{
    public const string AppViewId = "bsky_appview";
    public const string LabelerId = "atproto_labeler";
    public const string NotificationId = "bsky_notif";

    /// <summary>Null unless both are there.</summary>
    public static Upstream? Configured(Did? did, string serviceId, Uri? url) => did is { } known && url is not null
        ? new Upstream(known, $"{known}#{serviceId}", url.GetLeftPart(UriPartial.Authority), IsConfigured: true)
        : null;
}
