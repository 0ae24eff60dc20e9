using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using OpenIddict.Abstractions;
using Pds.Modules.Auth.Devices;
using Pds.Modules.Auth.OAuth.Proofs;
using Pds.Modules.Auth.OAuth.Sessions;

namespace Pds.Modules.Auth.OAuth.Server;

/// <summary>Exchanges codes. One that comes again was stolen, or its answer was: what it gave is taken back.</summary>
internal sealed class CodeGrant(
    RequestStore requests,
    OAuthSessionStore sessions,
    OAuthSessions revocation,
    BrowserDevices devices,
    ReplayMemory replays,
    TimeProvider time)
{
    private const int ShortestVerifier = 43;
    private const int LongestVerifier = 128;

    private static readonly TimeSpan ChallengeRemembered = TimeSpan.FromDays(1) * 1.1;

    /// <exception cref="OAuthException"><c>invalid_grant</c>. The code is good for nothing more.</exception>
    public async Task<TokenGrant> CheckAsync(
        AuthenticatedClient client, OpenIddictRequest request, CancellationToken cancellationToken)
    {
        var code = OpaqueToken.Hash(request.Code ?? "");
        if (await requests.FindByCodeAsync(code, cancellationToken) is not { } answered)
        {
            await RevokeReplayedAsync(code, cancellationToken);
            throw OAuthException.InvalidGrant("Invalid code");
        }

        try
        {
            return await CheckAsync(client, request, answered, code, cancellationToken);
        }
        catch (OAuthException)
        {
            await requests.DeleteAsync(answered.Id, cancellationToken);
            throw;
        }
    }

    /// <summary>Ends the session of a code that was used before, and signs the account out of the browser that it passed through.</summary>
    public async Task RevokeReplayedAsync(byte[] code, CancellationToken cancellationToken)
    {
        if (await sessions.FindByCodeAsync(code, cancellationToken) is { } session)
        {
            await revocation.RevokeAsync(session.Did, session.Id, cancellationToken);
            if (session.DeviceId is { } device)
            {
                await devices.SignOutAsync(device, session.Did, cancellationToken);
            }
        }
    }

    private async Task<TokenGrant> CheckAsync(
        AuthenticatedClient client, OpenIddictRequest request, StoredRequest answered, byte[] code, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (answered.ExpiresAt <= now)
        {
            throw OAuthException.InvalidGrant("This code has expired");
        }

        client.RequireSame(answered.ClientId, answered.ClientKey, answered.DpopJkt);
        var parameters = PushedParameters.Read(answered.Parameters);
        if (request.RedirectUri != parameters.RedirectUri)
        {
            throw OAuthException.InvalidGrant("The redirect_uri parameter must match the one used in the authorization request");
        }

        CheckVerifier(request.CodeVerifier, parameters.CodeChallenge!);
        if (!await replays.TryUseAsync("challenge", parameters.CodeChallenge!, ChallengeRemembered, cancellationToken))
        {
            throw OAuthException.InvalidGrant("Code challenge already used");
        }

        var session = new OAuthSession(
            OpaqueToken.NewSessionId(), answered.Did!.Value, client.Client.ClientId, answered.DeviceId, answered.GrantedScope!,
            client.Proof!.Jkt, client.Key, Generation: 0, now, now, SessionLifetime.Of(client.Client).EndOf(now, now));
        return new TokenGrant(client.Client, session, code, answered);
    }

    private static void CheckVerifier(string? verifier, string challenge)
    {
        if (verifier is null || verifier.Length is < ShortestVerifier or > LongestVerifier)
        {
            throw OAuthException.InvalidGrant("code_verifier must have 43 to 128 characters");
        }

        Span<char> computed = stackalloc char[43];
        Base64Url.EncodeToChars(SHA256.HashData(Encoding.UTF8.GetBytes(verifier)), computed);
        if (!computed.SequenceEqual(challenge))
        {
            throw OAuthException.InvalidGrant("Invalid code_verifier");
        }
    }
}
