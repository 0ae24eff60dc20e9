namespace Pds.Modules.Auth.OAuth.Clients;

/// <summary>What is known of an app, or why it is refused, for how long.</summary>
/// <param name="CheckedAt">When its server was last asked.</param>
/// <param name="Size">The bytes of its documents.</param>
internal sealed record KnownClient(
    OAuthClient? Client, string Error, string Description, DateTimeOffset CheckedAt, DateTimeOffset Until, int Size)
{
    public static KnownClient Good(OAuthClient client, PublishedClient published, TimeSpan kept) =>
        new(client, "", "", published.FetchedAt, published.FetchedAt + kept, published.Length);

    public static KnownClient Refused(OAuthException refusal, DateTimeOffset at, TimeSpan kept) =>
        new(null, refusal.Error, refusal.Message, at, at + kept, 0);

    /// <summary>The refusal anew, for exceptions are not thrown twice.</summary>
    public OAuthException Refusal() => new(Microsoft.AspNetCore.Http.StatusCodes.Status400BadRequest, Error, Description);
}
