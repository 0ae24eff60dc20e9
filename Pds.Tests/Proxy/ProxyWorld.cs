using Pds.Tests.Support;

namespace Pds.Tests.Proxy;

/// <summary>
/// A server with an AppView, and a moderation service that is also anything else. Shared by the tests of a class: each has an
/// account of its own, and teaches the services methods that no other asks for.
/// </summary>
public sealed class ProxyWorld(PdsFixture pds) : IAsyncLifetime
{
    public FakeService AppView { get; private set; } = null!;

    public FakeService Other { get; private set; } = null!;

    public PdsServer Server { get; private set; } = null!;

    public Task<TestAccount> CreateAccountAsync() => TestAccount.CreateAsync(Server);

    public async ValueTask InitializeAsync()
    {
        AppView = await FakeService.StartAsync();
        Other = await FakeService.StartAsync();
        var settings = AppView.AsAppView();
        settings["PDS_MOD_SERVICE_URL"] = Other.Url.ToString();
        settings["PDS_MOD_SERVICE_DID"] = Other.Did.Value;
        settings["PDS_PROXY_MAX_RESPONSE_SIZE"] = "200000";
        Server = await pds.StartServerAsync(settings);
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await Other.DisposeAsync();
        await AppView.DisposeAsync();
    }
}
