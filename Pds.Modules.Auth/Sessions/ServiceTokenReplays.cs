using AtProto;
using Pds.Modules.Auth.OAuth.Proofs;
using Pds.Modules.Auth.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Auth.Sessions;

/// <summary>
/// Sees to it that a token makes one account: when that is deleted, who has kept the token cannot make it again. One that was
/// shown in vain may be shown again.
/// </summary>
internal sealed class ServiceTokenReplays(ReplayMemory memory, AccountStore accounts, TimeProvider time)
{
    private const string Purpose = "account-token";

    private static readonly TimeSpan Longest = TimeSpan.FromDays(90);

    /// <param name="did">Whose token it is.</param>
    /// <param name="authorization">The header with the token, which is known to be good; null does nothing.</param>
    /// <exception cref="XrpcException"><c>AuthenticationRequired</c>: it was used up.</exception>
    public async Task RefuseUsedAsync(Did did, string? authorization, CancellationToken cancellationToken)
    {
        // Who has lost the answer and asks again is to learn that the account is there.
        if (authorization is not null
            && await memory.WasUsedAsync(Purpose, SignedPart(authorization), cancellationToken)
            && await accounts.FindAsync(did, cancellationToken) is null)
        {
            throw XrpcErrors.AuthenticationRequired("jwt was used before");
        }
    }

    public async Task UseUpAsync(string? authorization, CancellationToken cancellationToken)
    {
        if (authorization is not null)
        {
            var left = ServiceToken.Parse(TokenOf(authorization)).Expires - time.GetUtcNow().ToUnixTimeSeconds() + 1;
            var keep = TimeSpan.FromSeconds(Math.Clamp(left, 1, Longest.TotalSeconds));
            await memory.TryUseAsync(Purpose, SignedPart(authorization), keep, cancellationToken);
        }
    }

    private static string TokenOf(string authorization) => authorization[(authorization.IndexOf(' ', StringComparison.Ordinal) + 1)..];

    // A signature has two forms.
    private static string SignedPart(string authorization)
    {
        var token = TokenOf(authorization);
        return token[..token.LastIndexOf('.')];
    }
}
