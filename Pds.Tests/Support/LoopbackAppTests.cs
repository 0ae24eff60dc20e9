namespace Pds.Tests.Support;

/// <summary>Tests of an app on Alice's own machine, who is signed in with her browser.</summary>
public abstract class LoopbackAppTests(PdsFixture pds) : IAsyncLifetime
{
    private protected PdsFixture World { get; } = pds;

    private protected PdsServer Server { get; private set; } = null!;

    private protected TestAccount Alice { get; private set; } = null!;

    private protected TestBrowser Browser { get; private set; } = null!;

    private protected OAuthApp App { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Server = await World.GetServerAsync();
        Alice = await World.CreateAccountAsync();
        Browser = await TestBrowser.StartAsync(Server, Alice);
        App = OAuthApp.OnLoopback(Server);
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        App.Dispose();
        Alice.Dispose();
        return ValueTask.CompletedTask;
    }
}
