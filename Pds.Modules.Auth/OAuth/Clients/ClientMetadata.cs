using System.Text.Json;

namespace Pds.Modules.Auth.OAuth.Clients;

/// <summary>Holds the metadata document of an app against the rules of the profile.</summary>
internal static class ClientMetadata
{
    public const string Web = "web";
    public const string Native = "native";
    public const string AuthorizationCode = "authorization_code";
    public const string RefreshToken = "refresh_token";

    private const string PrivateKeyJwt = "private_key_jwt";

    /// <summary>They ask for what the profile does not have; an app that needs it would not work here.</summary>
    private static readonly string[] Refused =
    [
        "default_max_age",
        "userinfo_signed_response_alg",
        "userinfo_encrypted_response_alg",
        "id_token_signed_response_alg",
        "authorization_encrypted_response_alg",
        "authorization_encrypted_response_enc",
    ];

    /// <summary>Reads a document that was found at the client id.</summary>
    /// <returns>The app, and where its keys are when they are not in the document.</returns>
    /// <exception cref="OAuthException"><c>invalid_client_metadata</c> or <c>invalid_redirect_uri</c>, with the field and its rule.</exception>
    public static (OAuthClient Client, Uri? KeysUri) Read(ClientId id, JsonElement document, bool isTrusted)
    {
        if (document.ValueKind != JsonValueKind.Object)
        {
            throw OAuthException.InvalidClientMetadata("The metadata at client_id must be a JSON object");
        }

        var fields = new MetadataFields(document);
        if (fields.Text("client_id") != id.Value)
        {
            throw MetadataFields.Refuse("client_id", "must be the URL of the document");
        }

        RefuseUnsupported(fields);
        var type = ReadApplicationType(fields);
        var grants = ReadGrants(fields);
        var isConfidential = ReadAuthentication(fields, type);
        var (keys, keysUri) = isConfidential ? ClientKeys.Find(fields, id) : (null, null);
        var client = new OAuthClient(
            id.Value,
            id.Host,
            DisplayName.Clean(fields.Text("client_name")),
            MetadataLinks.ReadHome(fields, id),
            MetadataLinks.Read(fields, "logo_uri", id),
            MetadataLinks.Read(fields, "tos_uri", id),
            MetadataLinks.Read(fields, "policy_uri", id),
            ReadRedirects(fields, id, type == Native),
            type,
            ScopeList.Read(
                fields.Text("scope") ?? throw MetadataFields.Refuse("scope", "is required"),
                problem => MetadataFields.Refuse("scope", problem)),
            grants,
            isConfidential,
            fields.Text("token_endpoint_auth_signing_alg"),
            keys,
            IsLoopback: false,
            isTrusted);
        return (client, keysUri);
    }

    private static void RefuseUnsupported(MetadataFields fields)
    {
        if (Array.Find(Refused, name => fields.Find(name) is not null) is { } refused)
        {
            throw MetadataFields.Refuse(refused, "is not supported");
        }

        if (fields.Flag("tls_client_certificate_bound_access_tokens") == true)
        {
            throw MetadataFields.Refuse("tls_client_certificate_bound_access_tokens", "is not supported");
        }

        if (fields.Texts("authorization_details_types") is { Length: > 0 })
        {
            throw MetadataFields.Refuse("authorization_details_types", "is not supported");
        }

        if (fields.Text("subject_type") is not (null or "public"))
        {
            throw MetadataFields.Refuse("subject_type", "must be public");
        }

        if (fields.Flag("dpop_bound_access_tokens") != true)
        {
            throw MetadataFields.Refuse("dpop_bound_access_tokens", "must be true");
        }
    }

    private static string ReadApplicationType(MetadataFields fields) => fields.Text("application_type") switch
    {
        null or Web => Web,
        Native => Native,
        _ => throw MetadataFields.Refuse("application_type", "must be web or native"),
    };

    private static string[] ReadGrants(MetadataFields fields)
    {
        var grants = fields.Texts("grant_types") ?? [AuthorizationCode];
        if (Array.Exists(grants, grant => grant is not (AuthorizationCode or RefreshToken)))
        {
            throw MetadataFields.Refuse("grant_types", "may contain authorization_code and refresh_token only");
        }

        if (grants.Distinct().Count() < grants.Length)
        {
            throw MetadataFields.Refuse("grant_types", "must not name a grant type twice");
        }

        if (!(fields.Texts("response_types") ?? ["code"]).Contains("code"))
        {
            throw MetadataFields.Refuse("response_types", "must contain code");
        }

        return grants.Contains(AuthorizationCode)
            ? grants
            : throw MetadataFields.Refuse("grant_types", "must contain authorization_code, for response_types contains code");
    }

    private static bool ReadAuthentication(MetadataFields fields, string applicationType)
    {
        const string Field = "token_endpoint_auth_method";
        const string AlgorithmField = "token_endpoint_auth_signing_alg";
        var algorithm = fields.Text(AlgorithmField);
        switch (fields.Text(Field))
        {
            case "none":
                return algorithm is null
                    ? false
                    : throw MetadataFields.Refuse(AlgorithmField, "must be absent when token_endpoint_auth_method is none");

            case PrivateKeyJwt when applicationType == Native:
                throw MetadataFields.Refuse(Field, "must be none for native clients");

            case PrivateKeyJwt:
                return algorithm is null ? throw MetadataFields.Refuse(AlgorithmField, "is required with private_key_jwt")
                    : Proofs.ProofAlgorithm.Names.Contains(algorithm) ? true
                    : throw MetadataFields.Refuse(AlgorithmField, "must be one that the server supports");

            case null:
                throw MetadataFields.Refuse(Field, "is required: by default it would be client_secret_basic, which is not supported");

            default:
                throw MetadataFields.Refuse(Field, "must be none or private_key_jwt");
        }
    }

    private static string[] ReadRedirects(MetadataFields fields, ClientId id, bool isNative)
    {
        if (fields.Texts("redirect_uris") is not { Length: > 0 } redirects)
        {
            throw MetadataFields.Refuse("redirect_uris", "must contain at least one URL");
        }

        for (var i = 0; i < redirects.Length; i++)
        {
            if (RedirectUriRules.FindProblem(redirects[i], id, isNative) is { } problem)
            {
                throw OAuthException.InvalidRedirectUri($"redirect_uris[{i}] {problem}");
            }
        }

        return redirects;
    }
}
