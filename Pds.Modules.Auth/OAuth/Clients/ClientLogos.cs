using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Caching.Memory;

namespace Pds.Modules.Auth.OAuth.Clients;

/// <summary>
/// The logos of the apps that were asked for lately, fetched here so that a person's browser does not tell the app's server about
/// them before they agree to anything.
/// </summary>
internal sealed class ClientLogos(ClientDirectory clients, ClientDocuments documents) : IDisposable
{
    public const string Path = "/oauth/client-logo";
    public const int MaxLength = 256 * 1024;

    private const int MemoryLimit = 16 << 20;
    private const int EntryOverhead = 512;

    private static readonly TimeSpan Kept = TimeSpan.FromHours(1);
    private static readonly TimeSpan FailureKept = TimeSpan.FromMinutes(1);

    private readonly MemoryCache _memory = new(new MemoryCacheOptions { SizeLimit = MemoryLimit });
    private readonly ConcurrentDictionary<Uri, Lazy<Task<ClientLogo?>>> _underway = new();

    /// <summary>Where a logo is given, under a name that changes with its address.</summary>
    public static string PathOf(string clientId, Uri logo) => $"{Path}?client_id={Uri.EscapeDataString(clientId)}&v={VersionOf(logo)}";

    /// <summary>The logo of an app that was asked for lately; null when it has none that can be shown.</summary>
    public async Task<ClientLogo?> FindAsync(string clientId, CancellationToken cancellationToken)
    {
        if ((await clients.FindKnownAsync(clientId))?.LogoUri is not { } address)
        {
            return null;
        }

        return _memory.TryGetValue(address, out ClientLogo? logo)
            ? logo
            : await FetchOnceAsync(address).WaitAsync(cancellationToken);
    }

    public void Dispose() => _memory.Dispose();

    private Task<ClientLogo?> FetchOnceAsync(Uri address) => _underway.GetOrAdd(address, key => new(async () =>
    {
        try
        {
            var logo = await FetchAsync(key);
            _memory.Set(key, logo, new MemoryCacheEntryOptions
            {
                Size = EntryOverhead + (logo?.Image.Length ?? 0),
                AbsoluteExpirationRelativeToNow = logo is null ? FailureKept : Kept,
            });
            return logo;
        }
        finally
        {
            _underway.TryRemove(key, out _);
        }
    })).Value;

    private async Task<ClientLogo?> FetchAsync(Uri address)
    {
        try
        {
            var image = await documents.FetchAsync(address, "logo_uri", "image/*", MaxLength, static _ => null, CancellationToken.None);
            return ImageType.Of(image) is { } type
                ? new ClientLogo(image, type, Base64Url.EncodeToString(SHA256.HashData(image)))
                : null;
        }
        catch (OAuthException)
        {
            return null;
        }
    }

    private static string VersionOf(Uri logo) =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(logo.AbsoluteUri)).AsSpan(0, 9));
}
