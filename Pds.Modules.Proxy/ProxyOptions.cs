using System.ComponentModel.DataAnnotations;
using AtProto;
using Microsoft.Extensions.Configuration;

namespace Pds.Modules.Proxy;

/// <summary>Which services answer for this server, and what they are given.</summary>
public sealed record ProxyOptions : IValidatableObject
{
    [ConfigurationKeyName("PDS_BSKY_APP_VIEW_URL")]
    public Uri? AppViewUrl { get; init; }

    [ConfigurationKeyName("PDS_BSKY_APP_VIEW_DID")]
    public Did? AppViewDid { get; init; }

    /// <summary>Where images are: <c>%s</c> stands for the kind, the DID and the CID, in this order.</summary>
    [ConfigurationKeyName("PDS_BSKY_APP_VIEW_CDN_URL_PATTERN")]
    public string? CdnUrlPattern { get; init; }

    [ConfigurationKeyName("PDS_MOD_SERVICE_URL")]
    public Uri? ModerationUrl { get; init; }

    [ConfigurationKeyName("PDS_MOD_SERVICE_DID")]
    public Did? ModerationDid { get; init; }

    /// <summary>Where reports go; to the moderation service when absent.</summary>
    [ConfigurationKeyName("PDS_REPORT_SERVICE_URL")]
    public Uri? ReportUrl { get; init; }

    [ConfigurationKeyName("PDS_REPORT_SERVICE_DID")]
    public Did? ReportDid { get; init; }

    /// <summary>Speaks HTTP/2 with services that offer it.</summary>
    [ConfigurationKeyName("PDS_PROXY_ALLOW_HTTP2")]
    public bool AllowHttp2 { get; init; } = true;

    /// <summary>How long a service may think before its answer begins.</summary>
    [ConfigurationKeyName("PDS_PROXY_HEADERS_TIMEOUT")]
    public TimeSpan HeadersTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a body may stand still.</summary>
    [ConfigurationKeyName("PDS_PROXY_BODY_TIMEOUT")]
    public TimeSpan BodyTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The most bytes of an answer, as sent and, where it is read here, decoded.</summary>
    [ConfigurationKeyName("PDS_PROXY_MAX_RESPONSE_SIZE"), Range(1024, 1 << 30)]
    public int MaxResponseSize { get; init; } = 10 << 20;

    /// <summary>How often a question is asked again whose connection broke before the answer began.</summary>
    [ConfigurationKeyName("PDS_PROXY_MAX_RETRIES"), Range(0, 10)]
    public int MaxRetries { get; init; }

    /// <summary>Asks for answers that are read here in a compressed form, where the client reads that too.</summary>
    [ConfigurationKeyName("PDS_PROXY_PREFER_COMPRESSED")]
    public bool PreferCompressed { get; init; } = true;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (AppViewDid is null != AppViewUrl is null)
        {
            yield return new("PDS_BSKY_APP_VIEW_URL and PDS_BSKY_APP_VIEW_DID must both be set, or neither.");
        }

        // The moderation service's DID alone says whose tokens may moderate.
        if (ModerationUrl is not null && ModerationDid is null)
        {
            yield return new("PDS_MOD_SERVICE_URL needs PDS_MOD_SERVICE_DID.");
        }

        if (ReportDid is null != ReportUrl is null)
        {
            yield return new("PDS_REPORT_SERVICE_URL and PDS_REPORT_SERVICE_DID must both be set, or neither.");
        }
    }
}
