using Microsoft.AspNetCore.Http;

namespace Pds.Modules.Auth.OAuth;

/// <summary>A refusal in OAuth's words, answered as <c>{error, error_description}</c>.</summary>
/// <param name="status">The HTTP status at the authorization server; a resource server answers 401.</param>
/// <param name="error">The name that clients match on.</param>
/// <param name="description">Shown to developers; printable ASCII without quotes or backslashes, and never a secret.</param>
public sealed class OAuthException(int status, string error, string description) : Exception(description)
{
    /// <summary>The one error that is no refusal: the client is to try again.</summary>
    public const string UseDpopNonceError = "use_dpop_nonce";

    public int Status { get; } = status;

    public string Error { get; } = error;

    public static OAuthException InvalidRequest(string description) => BadRequest("invalid_request", description);

    public static OAuthException InvalidClient(string description) => BadRequest("invalid_client", description);

    public static OAuthException InvalidClientId(string description) => BadRequest("invalid_client_id", description);

    public static OAuthException InvalidClientMetadata(string description) =>
        BadRequest("invalid_client_metadata", description);

    public static OAuthException InvalidRedirectUri(string description) => BadRequest("invalid_redirect_uri", description);

    /// <summary>Ends the client's session when it comes for a refresh: never the answer to what may pass.</summary>
    public static OAuthException InvalidGrant(string description) => BadRequest("invalid_grant", description);

    public static OAuthException InvalidScope(string description) => BadRequest("invalid_scope", description);

    public static OAuthException UnauthorizedClient(string description) => BadRequest("unauthorized_client", description);

    public static OAuthException UnsupportedResponseType(string description) =>
        BadRequest("unsupported_response_type", description);

    public static OAuthException InvalidAuthorizationDetails(string description) =>
        BadRequest("invalid_authorization_details", description);

    public static OAuthException AccessDenied(string description) => BadRequest("access_denied", description);

    /// <summary>The client repeats its request with the nonce that the answer's <c>DPoP-Nonce</c> header brings.</summary>
    public static OAuthException UseDpopNonce(string description = "Authorization server requires nonce in DPoP proof") =>
        BadRequest(UseDpopNonceError, description);

    public static OAuthException InvalidDpopProof(string description) => Unauthorized("invalid_dpop_proof", description);

    public static OAuthException InvalidToken(string description) => Unauthorized("invalid_token", description);

    /// <summary>Clients come back later.</summary>
    public static OAuthException ServerError(string description) =>
        new(StatusCodes.Status500InternalServerError, "server_error", description);

    private static OAuthException BadRequest(string error, string description) =>
        new(StatusCodes.Status400BadRequest, error, description);

    private static OAuthException Unauthorized(string error, string description) =>
        new(StatusCodes.Status401Unauthorized, error, description);
}
