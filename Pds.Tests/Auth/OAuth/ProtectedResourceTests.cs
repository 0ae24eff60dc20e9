using System.Text.Json;
using Pds.Tests.Support;

namespace Pds.Tests.Auth.OAuth;

public sealed class ProtectedResourceTests(PdsFixture pds)
{
    [Fact]
    public async Task The_resource_names_itself_as_its_authorization_server()
    {
        var server = await pds.GetServerAsync();
        var origin = $"http://localhost:{server.Url.Port}";

        var reply = await server.Xrpc.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/.well-known/oauth-protected-resource"));

        Assert.Equal(
            $$"""{"resource":"{{origin}}","authorization_servers":["{{origin}}"],"bearer_methods_supported":["header"],"scopes_supported":[],"resource_documentation":"https://atproto.com"}""",
            JsonSerializer.Serialize(reply.Ok().Json));
        Assert.Equal(("application/json", "*"), (reply.Header("Content-Type"), reply.Header("Access-Control-Allow-Origin")));
    }
}
