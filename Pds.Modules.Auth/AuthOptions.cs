using System.ComponentModel.DataAnnotations;
using AtProto;
using Microsoft.Extensions.Configuration;
using Pds.Xrpc;

namespace Pds.Modules.Auth;

/// <summary>The configuration of accounts and sessions.</summary>
public sealed record AuthOptions
{
    /// <summary>Signs session tokens, as its UTF-8 bytes; every replica has the same.</summary>
    [ConfigurationKeyName("PDS_JWT_SECRET"), Required]
    public string JwtSecret { get; init; } = "";

    /// <summary>Makes the nonces of DPoP proofs: 32 bytes in hexadecimal, or any text; every replica has the same.</summary>
    [ConfigurationKeyName("PDS_DPOP_SECRET"), Required]
    public string DpopSecret { get; init; } = "";

    /// <summary>The password of the user <c>admin</c>.</summary>
    [ConfigurationKeyName("PDS_ADMIN_PASSWORD"), Required]
    public string AdminPassword { get; init; } = "";

    /// <summary>Whether an account can be made only with an invite code.</summary>
    [ConfigurationKeyName("PDS_INVITE_REQUIRED")]
    public bool InviteRequired { get; init; } = true;

    /// <summary>The age an account gains between two invite codes of its own; null gives none.</summary>
    [ConfigurationKeyName("PDS_INVITE_INTERVAL")]
    public TimeSpan? InviteInterval { get; init; }

    /// <summary>Where the counting of intervals begins, as the time since 1970.</summary>
    [ConfigurationKeyName("PDS_INVITE_EPOCH")]
    public TimeSpan InviteEpoch { get; init; }

    /// <summary>Announced to clients; the largest blob in bytes.</summary>
    [ConfigurationKeyName("PDS_BLOB_UPLOAD_LIMIT")]
    [Range(1, long.MaxValue, ErrorMessage = "{0} must be at least 1.")]
    public long BlobUploadLimit { get; init; } = 5 * 1024 * 1024;

    /// <summary>Suffixes under which handles are given out, each with its leading dot.</summary>
    [ConfigurationKeyName("PDS_SERVICE_HANDLE_DOMAINS")]
    public string[]? ServiceHandleDomains { get; init; }

    /// <summary>The suffixes in lower case; without configuration, the server's own name.</summary>
    public string[] HandleDomains(ServiceOptions service) => Array.ConvertAll(
        ServiceHandleDomains ?? [service.Hostname == "localhost" ? ".test" : $".{service.Hostname}"],
        domain => domain.ToLowerInvariant());

    /// <summary>Whether sessions come with the account's DID document.</summary>
    [ConfigurationKeyName("PDS_ENABLE_DID_DOC_WITH_SESSION")]
    public bool DidDocWithSession { get; init; }

    /// <summary>The moderation service, whose tokens may moderate.</summary>
    [ConfigurationKeyName("PDS_MOD_SERVICE_DID")]
    public Did? ModerationServiceDid { get; init; }

    /// <summary>Client ids of the apps that the operator vouches for.</summary>
    [ConfigurationKeyName("PDS_OAUTH_TRUSTED_CLIENTS")]
    public string[] TrustedClients { get; init; } = [];
}
