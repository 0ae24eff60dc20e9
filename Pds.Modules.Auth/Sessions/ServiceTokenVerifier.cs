using AtProto;
using AtProto.Crypto;
using AtProto.Identity;
using Pds.Contracts.Identity;
using Pds.Xrpc;

namespace Pds.Modules.Auth.Sessions;

/// <summary>Checks the tokens by which accounts of other servers, and the moderation service, call this one.</summary>
internal sealed class ServiceTokenVerifier(AuthOptions options, ServiceOptions service, TimeProvider time)
{
    private const string AccountKey = "atproto";
    private const string LabelerKey = "atproto_label";
    private const string LabelerFragment = "#atproto_labeler";

    // More than one form of our name can be accepted here when the network moves on to did#service.
    private readonly string[] _audiences = [service.ServiceDid.Value];

    /// <param name="method">The NSID that is being called.</param>
    /// <param name="isModeration">Only the moderation service is meant, instead of any account.</param>
    /// <param name="resolve">Asks for a DID document.</param>
    /// <returns>Whose token it is.</returns>
    /// <exception cref="XrpcException">401 under a name that says what is wrong.</exception>
    public async Task<Did> VerifyAsync(
        string text,
        string method,
        bool isModeration,
        Func<ResolveDidDocument, CancellationToken, Task<ResolvedDid?>> resolve,
        CancellationToken cancellationToken)
    {
        var token = ServiceToken.Parse(text);
        CheckClaims(token, method);
        var (issuer, keyName) = ReadIssuer(token, isModeration);

        var known = await GetKeyAsync(new ResolveDidDocument(issuer));
        if (known is not null && token.IsSignedBy(known))
        {
            return issuer;
        }

        // The key may have changed since the document was kept.
        var current = await GetKeyAsync(new ResolveDidDocument(issuer, Fresh: true))
            ?? throw XrpcErrors.AuthenticationRequired("missing or bad key in did doc");
        return !current.Equals(known) && token.IsSignedBy(current)
            ? issuer
            : throw XrpcErrors.Unauthorized("BadJwtSignature", "jwt signature does not match jwt issuer");

        async Task<PublicKey?> GetKeyAsync(ResolveDidDocument question)
        {
            var document = await resolve(question, cancellationToken)
                ?? throw XrpcErrors.AuthenticationRequired("could not resolve iss did");
            return DidDocument.TryParse(document.Json.Span, out var parsed) ? parsed.GetKey(keyName) : null;
        }
    }

    private void CheckClaims(ServiceToken token, string method)
    {
        if (time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0 > token.Expires)
        {
            throw XrpcErrors.Unauthorized("JwtExpired", "jwt expired");
        }

        if (!_audiences.Contains(token.Audience))
        {
            throw XrpcErrors.Unauthorized("BadJwtAudience", "jwt audience does not match service did");
        }

        if (token.Method != method)
        {
            throw XrpcErrors.Unauthorized(
                "BadJwtLexiconMethod",
                $"{(token.Method is null ? "missing" : "bad")} jwt lexicon method (\"lxm\"). must match: {method}");
        }
    }

    private (Did Did, string KeyName) ReadIssuer(ServiceToken token, bool isModeration)
    {
        var hash = token.Issuer.IndexOf('#', StringComparison.Ordinal);
        if (!Did.TryParse(hash < 0 ? token.Issuer : token.Issuer[..hash], out var did))
        {
            throw XrpcErrors.Unauthorized("BadJwtIss", "jwt iss is not a valid did");
        }

        var fragment = hash < 0 ? "" : token.Issuer[hash..];
        if (isModeration)
        {
            return did == options.ModerationServiceDid && (fragment is "" or LabelerFragment)
                ? (did, fragment.Length == 0 ? AccountKey : LabelerKey)
                : throw XrpcErrors.Unauthorized("UntrustedIss", "Untrusted issuer");
        }

        // A service of an account is not the account: it signs with another key.
        return fragment.Length == 0 ? (did, AccountKey) : throw XrpcErrors.Unauthorized("BadJwtIss", "jwt iss is not an account");
    }
}
