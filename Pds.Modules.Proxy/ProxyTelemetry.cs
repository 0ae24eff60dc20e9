using System.Diagnostics.Metrics;

namespace Pds.Modules.Proxy;

/// <summary>The module's source of metrics.</summary>
internal static class ProxyTelemetry
{
    public const string Name = "Pds.Modules.Proxy";

    private static readonly Meter Meter = new(Name);

    /// <summary>
    /// With the tags <c>upstream</c>, the service's name or <c>foreign</c> for one that the configuration does not know, for anyone
    /// can name those; and <c>outcome</c>: <c>success</c>, <c>refusal</c> or <c>failure</c>.
    /// </summary>
    public static readonly Histogram<double> Duration =
        Meter.CreateHistogram<double>("pds.proxy.duration", "s", "From a proxied request to the end of its answer.");
}
