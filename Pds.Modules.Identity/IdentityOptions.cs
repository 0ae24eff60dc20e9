using System.ComponentModel.DataAnnotations;
using AtProto;
using AtProto.Crypto;
using Microsoft.Extensions.Configuration;

namespace Pds.Modules.Identity;

/// <summary>The configuration of handles, DIDs and the PLC directory.</summary>
public sealed record IdentityOptions : IValidatableObject
{
    /// <summary>The PLC directory.</summary>
    [ConfigurationKeyName("PDS_DID_PLC_URL")]
    public Uri PlcUrl { get; init; } = new("https://plc.directory");

    /// <summary>Suffixes, each with its leading dot, under which accounts may take handles; null for the default.</summary>
    [ConfigurationKeyName("PDS_SERVICE_HANDLE_DOMAINS")]
    public string[]? HandleDomains { get; init; }

    /// <summary>How long resolving one handle or DID may take.</summary>
    [ConfigurationKeyName("PDS_ID_RESOLVER_TIMEOUT")]
    public TimeSpan ResolverTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How old a cached DID document may be before it is fetched again behind the answer.</summary>
    [ConfigurationKeyName("PDS_DID_CACHE_STALE_TTL")]
    public TimeSpan CacheStaleAfter { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How old a cached DID document may be before it is no longer used.</summary>
    [ConfigurationKeyName("PDS_DID_CACHE_MAX_TTL")]
    public TimeSpan CacheDropAfter { get; init; } = TimeSpan.FromDays(1);

    /// <summary>A did:key of the operator's, listed first in new DIDs.</summary>
    [ConfigurationKeyName("PDS_RECOVERY_DID_KEY")]
    public string? RecoveryKey { get; init; }

    /// <summary>Hex of the key that signs PLC operations for all accounts.</summary>
    [ConfigurationKeyName("PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX"), Required]
    [RegularExpression("^[0-9a-fA-F]{64}$", ErrorMessage = "{0} must be 64 hexadecimal digits.")]
    public string RotationKey { get; init; } = "";

    /// <summary>Name servers asked for a handle's record when the system's own do not have it: addresses, with a port if not 53.</summary>
    [ConfigurationKeyName("PDS_HANDLE_BACKUP_NAMESERVERS")]
    public string[] BackupNameservers { get; init; } = [];

    /// <summary>Whose lexicons are taken for everyone's, in place of what DNS says; for development.</summary>
    [ConfigurationKeyName("PDS_LEXICON_AUTHORITY_DID")]
    public Did? LexiconAuthority { get; init; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (RecoveryKey is not null && !PublicKey.TryParseDidKey(RecoveryKey, out _))
        {
            yield return new ValidationResult("PDS_RECOVERY_DID_KEY must be a did:key.");
        }

        if (HandleDomains is not null && !Array.TrueForAll(HandleDomains, IsSuffix))
        {
            yield return new ValidationResult("PDS_SERVICE_HANDLE_DOMAINS must be a list of suffixes that each start with a dot.");
        }

        if (!Array.TrueForAll(BackupNameservers, server => System.Net.IPEndPoint.TryParse(server, out _)))
        {
            yield return new ValidationResult("PDS_HANDLE_BACKUP_NAMESERVERS must be a list of IP addresses.");
        }

        if (CacheDropAfter < CacheStaleAfter)
        {
            yield return new ValidationResult("PDS_DID_CACHE_MAX_TTL must not be less than PDS_DID_CACHE_STALE_TTL.");
        }
    }

    private static bool IsSuffix(string domain) => domain.StartsWith('.') && AtProto.Handle.IsValid($"a{domain}");
}
