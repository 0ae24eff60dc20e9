namespace Pds.Web.Configuration;

/// <summary>
/// <c>dotnet run --project Pds.Web -- codegen write</c> writes the calls to message handlers into <c>Internal/Generated</c>. It
/// puts the server together without starting it, so settings need only look right.
/// </summary>
internal static class CodeGeneration
{
    public static bool IsAsked(string[] args) => args is ["codegen", ..];

    public static WebApplicationBuilder AddPlaceholders(this WebApplicationBuilder builder)
    {
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:pdsdb"] = "Host=localhost",
            ["ConnectionStrings:redis"] = "localhost",
            ["PDS_JWT_SECRET"] = new('0', 64),
            ["PDS_ADMIN_PASSWORD"] = new('0', 64),
            ["PDS_DPOP_SECRET"] = new('0', 64),

            // So that all methods are there to be looked at.
            ["PDS_BSKY_APP_VIEW_URL"] = "http://localhost",
            ["PDS_BSKY_APP_VIEW_DID"] = "did:web:localhost",
            ["PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX"] = new('1', 64),
        });
        return builder;
    }
}
