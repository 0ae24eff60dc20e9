using System.Net;
using System.Text;
using AtProto;
using Pds.Xrpc.Outgoing;

namespace Pds.Modules.Identity.Resolution;

/// <summary>Resolves handles by <c>https://&lt;handle&gt;/.well-known/atproto-did</c>.</summary>
public sealed class HandleHttp(OutgoingHttp http)
{
    /// <summary>The DID; null when there is none to be had.</summary>
    public async Task<Did?> ResolveAsync(Handle handle, CancellationToken cancellationToken)
    {
        var url = $"https://{handle}/.well-known/atproto-did";
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            using var response = await http.ForeignFollowing.SendAsync(request.For("handle"), cancellationToken);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                return null;
            }

            var text = Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync(cancellationToken)).AsSpan();
            var lineEnd = text.IndexOfAny('\r', '\n');
            var line = lineEnd < 0 ? text : text[..lineEnd];
            return Did.TryParse(line.Trim().ToString(), out var did) ? did : null;
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException)
        {
            return null;
        }
    }
}
