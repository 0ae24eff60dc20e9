using Pds.Modules.Auth.OAuth.Clients;

namespace Pds.Modules.Auth.OAuth.Server;

/// <summary>How long a session lives: in all, and without being refreshed. Apps that prove who they are may stay longer.</summary>
internal sealed record SessionLifetime(TimeSpan Whole, TimeSpan Idle)
{
    private static readonly SessionLifetime Public = new(TimeSpan.FromDays(14), TimeSpan.FromDays(14));
    private static readonly SessionLifetime Confidential = new(TimeSpan.FromDays(730), TimeSpan.FromDays(90));

    /// <summary>For where the app is not at hand: the next refresh looks at what it is.</summary>
    public static SessionLifetime Longest => Confidential;

    public static SessionLifetime Of(OAuthClient client) => client.IsConfidential || client.IsTrusted ? Confidential : Public;

    public DateTimeOffset EndOf(DateTimeOffset createdAt, DateTimeOffset lastUsedAt)
    {
        var (whole, idle) = (createdAt + Whole, lastUsedAt + Idle);
        return whole < idle ? whole : idle;
    }
}
