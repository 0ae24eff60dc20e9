using System.Net;

namespace Pds.Tests.Support;

/// <summary>Plain clients for the servers of the tests: no proxy, no cookies, no redirects followed.</summary>
internal static class TestHttp
{
    public static HttpClient Create(Uri address, bool decompress = false)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = decompress ? DecompressionMethods.All : DecompressionMethods.None,
        };
        return new HttpClient(handler, disposeHandler: true) { BaseAddress = address };
    }
}
