using AtProto;
using AtProto.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using Pds.Contracts.Identity;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Modules.Proxy.Forwarding;

/// <summary>Finds the service that a request is for: the one that its header names, else the configured one for its method.</summary>
internal sealed class Upstreams(ProxyOptions options, ServiceOptions service) : IDisposable
{
    public const string Header = "atproto-proxy";

    private const string ReportMethod = "com.atproto.moderation.createReport";

    // Documents are kept by whoever resolves them; this spares the parsing.
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(1);

    private readonly MemoryCache _resolved = new(new MemoryCacheOptions { SizeLimit = 4096 });

    private readonly Upstream? _moderation =
        Upstream.Configured(options.ModerationDid, Upstream.LabelerId, options.ModerationUrl);

    private readonly Upstream? _report = Upstream.Configured(options.ReportDid, Upstream.LabelerId, options.ReportUrl);

    /// <summary>Null when there is none.</summary>
    public Upstream? AppView { get; } = Upstream.Configured(options.AppViewDid, Upstream.AppViewId, options.AppViewUrl);

    /// <summary>The service for this request.</summary>
    /// <exception cref="XrpcException">The header is wrong or names what cannot be found, or nothing is configured.</exception>
    public ValueTask<Upstream> ChooseAsync(HttpContext context, string method)
    {
        var header = context.Request.Headers[Header].ToString();
        if (header.Length > 0)
        {
            return header == AppView?.Audience ? new(AppView)
                : _resolved.TryGetValue(header, out Upstream? known) ? new(known!)
                : new(ResolveAsync(context, header));
        }

        var standard = method == ReportMethod ? _report ?? _moderation : OzoneMethods.Contains(method) ? _moderation : AppView;
        return new(standard ?? throw XrpcErrors.InvalidRequest($"No service configured for {method}"));
    }

    /// <summary>The service of a DID by its id.</summary>
    public async Task<Upstream?> FindAsync(HttpContext context, Did did, string serviceId)
    {
        var bus = context.RequestServices.GetRequiredService<IMessageBus>();
        var document = await bus.InvokeAsync<ResolvedDid?>(new ResolveDidDocument(did), context.RequestAborted)
            ?? throw XrpcErrors.InvalidRequest("could not resolve proxy did");
        var url = DidDocument.TryParse(document.Json.Span, out var parsed) ? parsed.GetService(serviceId)?.Url : null;
        return url is not null && (url.Scheme == Uri.UriSchemeHttps || service.AllowPrivateAddresses)
            ? new Upstream(did, $"{did}#{serviceId}", url.GetLeftPart(UriPartial.Authority), IsConfigured: false)
            : null;
    }

    public void Dispose() => _resolved.Dispose();

    private async Task<Upstream> ResolveAsync(HttpContext context, string header)
    {
        var (did, serviceId) = Parse(header);
        var upstream = await FindAsync(context, did, serviceId)
            ?? throw XrpcErrors.InvalidRequest("could not resolve proxy did service url");
        return _resolved.Set(header, upstream, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = Kept });
    }

    private static (Did Did, string ServiceId) Parse(string header)
    {
        var hash = header.IndexOf('#', StringComparison.Ordinal);
        return hash switch
        {
            0 => throw XrpcErrors.InvalidRequest("no did specified in proxy header"),
            _ when hash < 0 || hash == header.Length - 1 =>
                throw XrpcErrors.InvalidRequest("no service id specified in proxy header"),
            _ when header.IndexOf('#', hash + 1) >= 0 => throw XrpcErrors.InvalidRequest("invalid proxy header format"),
            _ when header.Contains(' ', StringComparison.Ordinal) =>
                throw XrpcErrors.InvalidRequest("proxy header cannot contain spaces"),
            _ => Did.TryParse(header[..hash], out var did)
                ? (did, header[(hash + 1)..])
                : throw XrpcErrors.InvalidRequest("could not resolve proxy did"),
        };
    }
}
