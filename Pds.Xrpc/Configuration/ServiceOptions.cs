using System.ComponentModel.DataAnnotations;
using AtProto;
using Microsoft.Extensions.Configuration;

namespace Pds.Xrpc;

/// <summary>What every part of the server may have to know of the service as a whole.</summary>
public sealed record ServiceOptions : IValidatableObject
{
    /// <summary>The public host name; <c>localhost</c> means plain HTTP on <see cref="Port"/>.</summary>
    [ConfigurationKeyName("PDS_HOSTNAME"), RegularExpression(@"[A-Za-z0-9.-]+", ErrorMessage = "{0} must be a host name without scheme or port.")]
    public string Hostname { get; init; } = "localhost";

    /// <summary>The port to listen on; 0 lets the system choose.</summary>
    [ConfigurationKeyName("PDS_PORT"), Range(0, 65535)]
    public int Port { get; init; } = 2583;

    /// <summary>Overrides <see cref="ServiceDid"/>.</summary>
    [ConfigurationKeyName("PDS_SERVICE_DID")]
    public Did? ConfiguredDid { get; init; }

    /// <summary>Plain HTTP, private addresses and loopback are fine.</summary>
    [ConfigurationKeyName("PDS_DEV_MODE")]
    public bool DevMode { get; init; }

    [ConfigurationKeyName("PDS_SERVICE_NAME")]
    public string? ConfiguredName { get; init; }

    [ConfigurationKeyName("PDS_HOME_URL")]
    public Uri? HomeUrl { get; init; }

    [ConfigurationKeyName("PDS_LOGO_URL")]
    public Uri? LogoUrl { get; init; }

    [ConfigurationKeyName("PDS_PRIVACY_POLICY_URL")]
    public Uri? PrivacyPolicyUrl { get; init; }

    [ConfigurationKeyName("PDS_TERMS_OF_SERVICE_URL")]
    public Uri? TermsOfServiceUrl { get; init; }

    [ConfigurationKeyName("PDS_SUPPORT_URL")]
    public Uri? SupportUrl { get; init; }

    [ConfigurationKeyName("PDS_CONTACT_EMAIL_ADDRESS"), EmailAddress(ErrorMessage = "{0} must be an e-mail address.")]
    public string? ContactEmail { get; init; }

    [ConfigurationKeyName("PDS_VERSION")]
    public string Version { get; init; } = typeof(ServiceOptions).Assembly.GetName().Version!.ToString(3);

    /// <summary>Where the server keeps what is neither in the database nor in object storage.</summary>
    [ConfigurationKeyName("PDS_DATA_DIRECTORY")]
    public string DataDirectory { get; init; } = ".data";

    /// <summary>Lets outgoing requests reach private addresses; follows <see cref="DevMode"/> when absent.</summary>
    [ConfigurationKeyName("PDS_DISABLE_SSRF_PROTECTION")]
    public bool? DisableSsrfProtection { get; init; }

    /// <summary>The most bytes read from a foreign server where no other limit holds.</summary>
    [ConfigurationKeyName("PDS_FETCH_MAX_RESPONSE_SIZE"), Range(1024, 1 << 30)]
    public int FetchMaxResponseSize { get; init; } = 512 * 1024;

    /// <summary>The DID of this server, the audience of its tokens.</summary>
    public Did ServiceDid => ConfiguredDid ?? Did.Parse($"did:web:{Hostname}");

    /// <summary>The name shown to people.</summary>
    public string Name => ConfiguredName ?? $"{Hostname} PDS";

    /// <summary>The origin under which clients reach this server, without a trailing slash.</summary>
    public string PublicUrl => Hostname == "localhost" ? $"http://localhost:{Port}" : $"https://{Hostname}";

    /// <summary>Whether outgoing requests may reach addresses that are not public.</summary>
    public bool AllowPrivateAddresses => DisableSsrfProtection ?? DevMode;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!Did.TryParse($"did:web:{Hostname}", out _))
        {
            yield return new ValidationResult("PDS_HOSTNAME must be a host name without scheme or port.");
        }
    }
}
