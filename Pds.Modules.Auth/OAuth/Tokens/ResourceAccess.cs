using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Pds.Modules.Auth.OAuth.Proofs;
using Pds.Xrpc;

namespace Pds.Modules.Auth.OAuth.Tokens;

/// <summary>Lets an access token in together with a proof by its key, and says in a challenge what is wrong or wanted.</summary>
internal sealed class ResourceAccess(ProofVerifier proofs, AccessTokenVerifier tokens, ServiceOptions service)
{
    private static readonly string Algorithms = string.Join(' ', ProofAlgorithm.Names);

    private readonly StringValues _announcement = new(
    [
        $"DPoP algs=\"{Algorithms}\", resource_metadata=\"{service.PublicUrl}/.well-known/oauth-protected-resource\"",
        "Bearer",
    ]);

    /// <summary>Checks the token first: a client whose token is over needs no nonce.</summary>
    /// <exception cref="XrpcException">401, with its challenge on the answer.</exception>
    public async ValueTask<AccessToken> AuthenticateAsync(HttpContext context, string text, CancellationToken cancellationToken)
    {
        proofs.GiveNonce(context.Response);
        try
        {
            var token = tokens.Verify(text);
            var proof = await proofs.VerifyAsync(context, text, cancellationToken)
                ?? throw OAuthException.InvalidDpopProof("DPoP proof missing");
            return proof.Jkt == token.Jkt ? token : throw OAuthException.InvalidToken("DPoP proof is not of the key that the token is bound to");
        }
        catch (OAuthException refusal)
        {
            context.Response.Headers.WWWAuthenticate = Challenge(refusal);
            throw XrpcErrors.Unauthorized(refusal.Error, refusal.Message);
        }
    }

    /// <summary>Says on a refusal what the method takes, unless it is said already.</summary>
    public void Announce(HttpResponse response)
    {
        if (response.Headers.WWWAuthenticate.Count == 0)
        {
            response.Headers.WWWAuthenticate = _announcement;
        }
    }

    private static string Challenge(OAuthException refusal) => refusal.Error == OAuthException.UseDpopNonceError
        ? $"DPoP algs=\"{Algorithms}\", error=\"{refusal.Error}\", error_description=\"{refusal.Message}\""
        : $"DPoP error=\"{refusal.Error}\", error_description=\"{refusal.Message}\", algs=\"{Algorithms}\"";
}
