using Microsoft.Extensions.Time.Testing;
using Pds.Contracts.Auth;
using Pds.Tests.Support;
using Pds.Xrpc;

namespace Pds.Tests.Auth;

/// <summary>What guessing passwords meets, with no rate limits set.</summary>
public sealed class SignInGuardTests(PdsFixture pds) : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(61));
    private PdsServer _server = null!;
    private TestAccount _alice = null!;
    private OpenedDevice _device = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await pds.StartServerAsync(time: _time);
        _alice = await TestAccount.CreateAsync(_server);
        _device = await _server.InvokeAsync<OpenedDevice>(new OpenDevice(null, "test", "10.1.0.1"));
    }

    public ValueTask DisposeAsync()
    {
        _alice.Dispose();
        return _server.DisposeAsync();
    }

    [Fact]
    public async Task Who_fails_at_an_account_waits_longer_each_time_and_who_succeeds_begins_anew()
    {
        await FailAsync(_alice.Handle.Value, 10);

        var waits = new List<TimeSpan?>();
        for (var i = 0; i < 3; i++)
        {
            var refusal = await RefusalAsync(_alice.Did.Value, _alice.Password);
            Assert.Equal((429, "RateLimitExceeded"), (refusal.Status, refusal.Error));
            waits.Add(refusal.RetryAfter);
            _time.Advance(refusal.RetryAfter!.Value);
            await FailAsync(_alice.Email, 1);
        }

        var elsewhere = await SignInAsync(_alice.Handle.Value, _alice.Password, "10.1.0.2");
        _time.Advance(TimeSpan.FromMinutes(15));
        await SignInAsync(_alice.Handle.Value, _alice.Password);
        await FailAsync(_alice.Handle.Value, 1);
        var again = await SignInAsync(_alice.Handle.Value, _alice.Password);

        Assert.Equal([TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(8)], waits);
        Assert.Equal((_alice.Did, _alice.Did), (elsewhere.Did, again.Did));
    }

    [Fact]
    public async Task Apps_and_pages_count_together_and_apps_are_told_when_to_come_again()
    {
        await FailAsync(_alice.Handle.Value, 10, "127.0.0.1");

        var reply = await _server.Xrpc.ProcedureAsync(
            "com.atproto.server.createSession", new { identifier = _alice.Email, password = _alice.Password });

        Assert.Equal((429, "RateLimitExceeded", "2"), (reply.Status, reply.Error, reply.Header("Retry-After")));
    }

    [Fact]
    public async Task An_account_that_many_fail_at_stays_open_to_who_was_there_before()
    {
        await SignInAsync(_alice.Handle.Value, _alice.Password, "10.2.0.1");
        for (var i = 0; i < 30; i++)
        {
            await FailAsync(_alice.Handle.Value, 1, $"10.3.0.{i}");
        }

        var stranger = await RefusalAsync(_alice.Handle.Value, _alice.Password, "10.4.0.1");
        var owner = await SignInAsync(_alice.Handle.Value, _alice.Password, "10.2.0.1");

        Assert.Equal("RateLimitExceeded", stranger.Error);
        Assert.Equal(_alice.Did, owner.Did);
    }

    [Fact]
    public async Task An_account_that_does_not_exist_is_guessed_at_as_slowly()
    {
        await FailAsync("nobody.test", 10);

        Assert.Equal("RateLimitExceeded", (await RefusalAsync("nobody.test", "wrong")).Error);
    }

    private async Task FailAsync(string identifier, int times, string address = "10.1.0.1")
    {
        for (var i = 0; i < times; i++)
        {
            Assert.Equal("AuthenticationRequired", (await RefusalAsync(identifier, "wrong", address)).Error);
        }
    }

    private Task<XrpcException> RefusalAsync(string identifier, string password, string address = "10.1.0.1") =>
        Assert.ThrowsAsync<XrpcException>(() => SignInAsync(identifier, password, address));

    private Task<SignInResult> SignInAsync(string identifier, string password, string address = "10.1.0.1") =>
        _server.InvokeAsync<SignInResult>(new SignIn(_device.DeviceId, address, identifier, password, Remember: false));
}
