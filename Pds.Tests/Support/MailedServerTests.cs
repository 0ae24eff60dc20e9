using Microsoft.Extensions.Time.Testing;
using Pds.Xrpc;

namespace Pds.Tests.Support;

/// <summary>Tests on a server of their own, whose mail arrives and whose clock they move.</summary>
public abstract class MailedServerTests(PdsFixture pds) : IAsyncLifetime
{
    /// <summary>Where people come from.</summary>
    protected const string Address = "192.0.2.4";

    private protected MailSink Mail { get; } = new();

    private protected FakeTimeProvider Time { get; } = new(TimeProvider.System.GetUtcNow());

    private protected PdsServer Server { get; private set; } = null!;

    /// <summary>Settings beside those of the mail.</summary>
    protected virtual IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>();

    public async ValueTask InitializeAsync() =>
        Server = await pds.StartServerAsync(new Dictionary<string, string>(Mail.Settings.Concat(Settings)), Time);

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Server.DisposeAsync();
        await Mail.DisposeAsync();
    }

    /// <summary>The name of the refusal that an action meets.</summary>
    private protected static async Task<string> Refused(Func<Task> action) => (await Assert.ThrowsAsync<XrpcException>(action)).Error;
}
