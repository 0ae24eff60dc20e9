using AtProto;
using Pds.Modules.Auth.OAuth.Proofs;
using Pds.Modules.Auth.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Auth.Sessions;

/// <summary>
/// Sees to it that nobody does again what a token was once good for. One makes one account: when that is deleted, who has kept
/// the token cannot make it again; shown in vain, it may be shown again. One moderates once.
/// </summary>
internal sealed class ServiceTokenReplays(ReplayMemory memory, AccountStore accounts, TimeProvider time)
{
    private const string Account = "account-token";
    private const string Moderation = "moderation-token";

    private static readonly TimeSpan Longest = TimeSpan.FromDays(90);

    /// <param name="did">Whose token it is.</param>
    /// <param name="authorization">The header with the token, which is known to be good; null does nothing.</param>
    /// <exception cref="XrpcException"><c>AuthenticationRequired</c>: it was used up.</exception>
    public async Task RefuseUsedAsync(Did did, string? authorization, CancellationToken cancellationToken)
    {
        // Who has lost the answer and asks again is to learn that the account is there.
        if (authorization is not null
            && await memory.WasUsedAsync(Account, SignedPart(TokenOf(authorization)), cancellationToken)
            && await accounts.FindAsync(did, cancellationToken) is null)
        {
            throw UsedBefore();
        }
    }

    public async Task UseUpAsync(string? authorization, CancellationToken cancellationToken)
    {
        if (authorization is not null)
        {
            var token = TokenOf(authorization);
            await memory.TryUseAsync(Account, SignedPart(token), LifeOf(ServiceToken.Parse(token)), cancellationToken);
        }
    }

    /// <summary>
    /// Uses up a token by which the moderation service changes something. Without a <c>jti</c> two calls of the same second have
    /// the same token, so that one without is taken for both.
    /// </summary>
    /// <param name="token">Known to be good.</param>
    /// <exception cref="XrpcException"><c>AuthenticationRequired</c>: it was used before.</exception>
    public async Task UseForModerationAsync(string token, CancellationToken cancellationToken)
    {
        var parsed = ServiceToken.Parse(token);
        if (parsed.HasId && !await memory.TryUseAsync(Moderation, SignedPart(token), LifeOf(parsed), cancellationToken))
        {
            throw UsedBefore();
        }
    }

    private TimeSpan LifeOf(ServiceToken token) =>
        TimeSpan.FromSeconds(Math.Clamp(token.Expires - time.GetUtcNow().ToUnixTimeSeconds() + 1, 1, Longest.TotalSeconds));

    private static string TokenOf(string authorization) => authorization[(authorization.IndexOf(' ', StringComparison.Ordinal) + 1)..];

    // A signature has two forms.
    private static string SignedPart(string token) => token[..token.LastIndexOf('.')];

    private static XrpcException UsedBefore() => XrpcErrors.AuthenticationRequired("jwt was used before");
}
