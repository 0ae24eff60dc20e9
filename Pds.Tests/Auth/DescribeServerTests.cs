using Pds.Tests.Support;

namespace Pds.Tests.Auth;

public sealed class DescribeServerTests(PdsFixture pds)
{
    [Fact]
    public async Task Tells_what_a_client_has_to_know()
    {
        await using var server = await pds.StartServerAsync(new Dictionary<string, string>
        {
            ["PDS_SERVICE_DID"] = "did:web:pds.example.com",
            ["PDS_SERVICE_HANDLE_DOMAINS"] = ".one.test,.two.test",
            ["PDS_BLOB_UPLOAD_LIMIT"] = "1000000",
            ["PDS_PRIVACY_POLICY_URL"] = "https://example.com/privacy",
            ["PDS_CONTACT_EMAIL_ADDRESS"] = "admin@example.com",
        });

        var reply = await server.Xrpc.QueryAsync("com.atproto.server.describeServer");

        Assert.Equal(
            """
            {"did":"did:web:pds.example.com","availableUserDomains":[".one.test",".two.test"],"inviteCodeRequired":false,
            "blobUploadLimit":1000000,"links":{"privacyPolicy":"https://example.com/privacy"},"contact":{"email":"admin@example.com"}}
            """.ReplaceLineEndings(""),
            reply.Ok().Json.GetRawText());
    }

    [Fact]
    public async Task Gives_out_handles_under_test_on_a_developers_machine()
    {
        var description = (await pds.Xrpc.QueryAsync("com.atproto.server.describeServer")).Ok().Json;

        Assert.Equal("""[".test"]""", description.GetProperty("availableUserDomains").GetRawText());
        Assert.Equal("did:web:localhost", description.GetProperty("did").GetString());
        Assert.Equal(5 * 1024 * 1024, description.GetProperty("blobUploadLimit").GetInt64());
    }
}
