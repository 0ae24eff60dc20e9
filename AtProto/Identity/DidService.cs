namespace AtProto.Identity;

/// <summary>A service of a DID document.</summary>
/// <param name="Id">As it stands: relative (<c>#atproto_pds</c>) or absolute (<c>did:…#atproto_pds</c>).</param>
/// <param name="Type">What it is, such as <c>AtprotoPersonalDataServer</c>.</param>
/// <param name="Endpoint">Where it is, as it stands; null when the document has something other than text there.</param>
public sealed record DidService(string Id, string Type, string? Endpoint)
{
    /// <summary>The endpoint as an absolute http or https URL with a host; null when it is anything else.</summary>
    public Uri? Url =>
        Uri.TryCreate(Endpoint, UriKind.Absolute, out var url)
        && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp)
        && url.Host.Length > 0
            ? url
            : null;
}
