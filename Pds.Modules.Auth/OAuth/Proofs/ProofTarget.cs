using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Pds.Xrpc;

namespace Pds.Modules.Auth.OAuth.Proofs;

/// <summary>
/// Holds the <c>htu</c> of a proof against the address of its request: our public origin, whatever a proxy made of the
/// host, and the path. Query and fragment do not count.
/// </summary>
internal sealed class ProofTarget(ServiceOptions service)
{
    private const UriComponents OriginAndPath = UriComponents.SchemeAndServer | UriComponents.Path;

    private readonly string _origin = service.PublicUrl;
    private readonly byte[] _originBytes = Encoding.UTF8.GetBytes(service.PublicUrl);

    public bool Matches(ref readonly Utf8JsonReader claim, HttpRequest request)
    {
        if (claim.TokenType != JsonTokenType.String)
        {
            return false;
        }

        var text = claim.ValueSpan;
        return (!claim.ValueIsEscaped
                && text.StartsWith(_originBytes)
                && Ascii.Equals(text[_originBytes.Length..], request.Path.Value))
            || IsSame(claim.GetString()!, request);
    }

    private bool IsSame(string text, HttpRequest request) =>
        Uri.TryCreate(text, UriKind.Absolute, out var claimed)
        && (claimed.Scheme == Uri.UriSchemeHttps || claimed.Scheme == Uri.UriSchemeHttp)
        && claimed.UserInfo.Length == 0
        && Uri.TryCreate(_origin + request.Path.ToUriComponent(), UriKind.Absolute, out var actual)
        && claimed.GetComponents(OriginAndPath, UriFormat.UriEscaped) == actual.GetComponents(OriginAndPath, UriFormat.UriEscaped);
}
