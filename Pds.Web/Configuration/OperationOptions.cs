using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace Pds.Web.Configuration;

/// <summary>How the server is seen and stopped.</summary>
internal sealed record OperationOptions : IValidatableObject
{
    private const int ShortestToken = 16;

    /// <summary>
    /// Where metrics can be fetched at <c>/metrics</c>, apart from everything else: a port of this machine alone, such as
    /// <c>9464</c>, or an address with a port, such as <c>*:9464</c>.
    /// </summary>
    [ConfigurationKeyName("PDS_METRICS_LISTEN")]
    public string? MetricsListen { get; init; }

    /// <summary>Who shows it as a bearer token can fetch metrics at <c>/metrics</c>, on the server's own port too.</summary>
    [ConfigurationKeyName("PDS_METRICS_TOKEN")]
    public string? MetricsToken { get; init; }

    /// <summary><c>text</c>, or <c>json</c>: an object to a line, for programs.</summary>
    [ConfigurationKeyName("PDS_LOG_FORMAT")]
    [RegularExpression("text|json", ErrorMessage = "PDS_LOG_FORMAT must be text or json.")]
    public string LogFormat { get; init; } = "text";

    public bool IsScraped => MetricsListen is not null || MetricsToken is not null;

    /// <summary>The port for metrics alone; null when there is none.</summary>
    public int? MetricsPort => TryReadListen(out _, out var port) ? port : null;

    /// <summary>The same as a URL to listen on.</summary>
    public string? MetricsUrl => TryReadListen(out var host, out var port)
        ? string.Create(CultureInfo.InvariantCulture, $"http://{host}:{port}")
        : null;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (MetricsListen is not null && MetricsPort is null)
        {
            yield return new ValidationResult("PDS_METRICS_LISTEN must be a port, or an address and a port, such as 9464 or *:9464.");
        }

        if (MetricsToken is { Length: < ShortestToken })
        {
            yield return new ValidationResult($"PDS_METRICS_TOKEN must have {ShortestToken} characters at least.");
        }
    }

    private bool TryReadListen(out string host, out int port)
    {
        var text = MetricsListen ?? "";
        var colon = text.LastIndexOf(':');
        host = colon < 0 ? "127.0.0.1" : text[..colon];
        return int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port)
            && port is > 0 and <= 65535
            && (host == "*" || System.Net.IPAddress.TryParse(host.Trim('[', ']'), out _));
    }
}
