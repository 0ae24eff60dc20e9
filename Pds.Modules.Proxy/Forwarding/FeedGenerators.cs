using AtProto;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Caching.Memory;
using Pds.Modules.Proxy.ReadAfterWrite;

namespace Pds.Modules.Proxy.Forwarding;

/// <summary>Knows which service generates a feed, as the feed's record says. What is known is kept for a while.</summary>
internal sealed class FeedGenerators(AppViewReader appView) : IDisposable
{
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(5);

    private readonly MemoryCache _known = new(new MemoryCacheOptions { SizeLimit = 4096 });

    /// <summary>The service's DID; null when the AppView knows no such feed.</summary>
    public async Task<Did?> FindAsync(HttpContext context, Did reader, AtUri feed, CancellationToken cancellationToken)
    {
        if (feed.Collection is not { } collection || feed.Rkey is not { } rkey)
        {
            return null;
        }

        if (_known.TryGetValue(feed, out Did known))
        {
            return known;
        }

        var record = await appView.FindAsync(
            context,
            reader,
            "com.atproto.repo.getRecord",
            $"repo={Uri.EscapeDataString(feed.Authority.ToString())}&collection={collection}&rkey={Uri.EscapeDataString(rkey.Value)}",
            cancellationToken);
        return Did.TryParse((string?)record?["value"]?["did"], out var did)
            ? _known.Set(feed, did, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = Kept })
            : null;
    }

    public void Dispose() => _known.Dispose();
}
