using AtProto;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Pds.Contracts.Identity;
using Pds.Contracts.Repo;
using Pds.Modules.Auth.Accounts;
using Pds.Modules.Auth.Storage;
using Pds.Tests.Support;
using Wolverine;

namespace Pds.Tests.Auth;

/// <summary>What a process leaves behind that dies in the middle of a sign-up.</summary>
public sealed class AbandonedSignUpTests(PdsFixture pds) : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(60));
    private readonly Handle _handle = Handle.Parse(TestAccount.NewHandle());
    private PdsServer? _server;
    private AsyncServiceScope _scope;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private IMessageBus Bus => _scope.ServiceProvider.GetRequiredService<IMessageBus>();

    public async ValueTask InitializeAsync()
    {
        _server = await pds.StartServerAsync(time: _time);
        _scope = _server.Services.CreateAsyncScope();
    }

    public async ValueTask DisposeAsync()
    {
        await _scope.DisposeAsync();
        await _server!.DisposeAsync();
    }

    [Fact]
    public async Task Before_there_is_a_did_nothing_but_the_row_goes()
    {
        await BeginAsync();

        Assert.Equal("HandleNotAvailable", (await SignUpAsync()).Error);
        await RepairAsync();

        Assert.Equal(200, (await SignUpAsync()).Status);
    }

    [Fact]
    public async Task A_did_that_was_not_published_goes()
    {
        var signingKey = await BeginAsync();
        await Bus.InvokeAsync<CreatedIdentity>(new CreateIdentity(_handle, signingKey, null), Cancel);

        await RepairAsync();

        Assert.Equal(200, (await SignUpAsync()).Status);
    }

    [Fact]
    public async Task A_repository_with_a_published_did_goes_and_the_did_is_tombstoned()
    {
        var signingKey = await BeginAsync();
        var did = (await Bus.InvokeAsync<CreatedIdentity>(new CreateIdentity(_handle, signingKey, null), Cancel)).Did;
        await Bus.InvokeAsync(new PublishIdentity(did), Cancel);
        await Bus.InvokeAsync(new CreateRepository(did, signingKey, _handle, AccountStatus.Active), Cancel);
        using var plc = TestHttp.Create(await pds.GetPlcUrlAsync());
        var before = await plc.GetAsync(new Uri($"/{did}", UriKind.Relative), Cancel);

        await RepairAsync();

        var after = await plc.GetAsync(new Uri($"/{did}", UriKind.Relative), Cancel);
        var repo = await _server!.Xrpc.QueryAsync("com.atproto.repo.describeRepo", ("repo", did));
        Assert.Equal((200, 404), ((int)before.StatusCode, (int)after.StatusCode));
        Assert.Equal(400, repo.Status);
        Assert.StartsWith("Could not find", repo.Message, StringComparison.Ordinal);
        Assert.Equal(200, (await SignUpAsync()).Status);
    }

    [Fact]
    public async Task An_account_that_got_the_handle_meanwhile_stays()
    {
        (await SignUpAsync()).Ok();
        await BeginAsync(email: "another@mail.test");

        await RepairAsync();

        var reply = await _server!.Xrpc.ProcedureAsync(
            "com.atproto.server.createSession", new { identifier = _handle, password = "secret" });
        Assert.Equal(200, reply.Status);
    }

    [Fact]
    public async Task What_may_still_be_under_way_is_left_alone()
    {
        await BeginAsync();

        await RepairAsync(later: SignUp.AbandonedAfter);

        Assert.Equal("HandleNotAvailable", (await SignUpAsync()).Error);
    }

    private async Task<string> BeginAsync(string? email = null)
    {
        var signingKey = (await Bus.InvokeAsync<ReservedSigningKey>(new ReserveSigningKey(), Cancel)).DidKey;
        var signUp = new SignUp(signingKey, _handle, email ?? Email, null, null, _time.GetUtcNow());
        var start = await _server!.Services.GetRequiredService<SignUpStore>().BeginAsync(signUp, Cancel);
        Assert.Equal(SignUpStart.Begun, start);
        return signingKey;
    }

    /// <summary>What the service does when it wakes up this much later.</summary>
    private async Task RepairAsync(TimeSpan? later = null)
    {
        var services = _server!.Services;
        var time = new FakeTimeProvider(_time.GetUtcNow() + (later ?? SignUp.AbandonedAfter + TimeSpan.FromSeconds(1)));
        using var repair = new AbandonedSignUps(
            services.GetRequiredService<IServiceScopeFactory>(),
            new SignUpStore(services.GetRequiredService<NpgsqlDataSource>(), time),
            services.GetRequiredService<AccountStore>(),
            time,
            NullLogger<AbandonedSignUps>.Instance);
        await repair.UndoAllAsync(Cancel);
    }

    private string Email => $"{_handle.Value.Split('.')[0]}@mail.test";

    private Task<XrpcReply> SignUpAsync() => _server!.Xrpc.ProcedureAsync(
        "com.atproto.server.createAccount", new { handle = _handle, email = Email, password = "secret" });
}
