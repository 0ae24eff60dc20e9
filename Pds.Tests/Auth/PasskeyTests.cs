using Microsoft.Extensions.Time.Testing;
using Pds.Contracts.Auth;
using Pds.Tests.Support;
using Pds.Xrpc;

namespace Pds.Tests.Auth;

public sealed class PasskeyTests(PdsFixture pds) : IAsyncLifetime
{
    private const string Address = "192.0.2.7";

    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private PdsServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await pds.StartServerAsync(time: _time);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_passkey_signs_in_the_account_that_it_was_made_for()
    {
        using var alice = await TestAccount.CreateAsync(_server);
        using var authenticator = NewAuthenticator();
        var added = await AddAsync(alice, authenticator);

        var device = await OpenAsync();
        var result = await SignInAsync(device, authenticator);

        var state = await _server.InvokeAsync<SecondFactorState>(new GetSecondFactor(alice.Did));
        var listed = Assert.Single(state.Passkeys);
        var devices = await _server.InvokeAsync<IReadOnlyList<DeviceSummary>>(new ListDevices(alice.Did));
        Assert.Equal(alice.Did, result.Did);
        Assert.Equal((authenticator.CredentialId, "my laptop"), (added.Id, added.Name));
        Assert.Equal(added.Id, listed.Id);
        Assert.NotNull(listed.LastUsedAt);
        Assert.Contains(devices, found => found.DeviceId == device);
    }

    [Fact]
    public async Task A_passkey_that_was_removed_signs_in_no_more_and_only_its_owner_removes_it()
    {
        using var alice = await TestAccount.CreateAsync(_server);
        using var bob = await TestAccount.CreateAsync(_server);
        using var authenticator = NewAuthenticator();
        var added = await AddAsync(alice, authenticator);

        await _server.InvokeAsync(new RemovePasskey(bob.Did, added.Id));
        var still = await SignInAsync(await OpenAsync(), authenticator);
        await _server.InvokeAsync(new RemovePasskey(alice.Did, added.Id));
        var gone = await Refused(async () => await SignInAsync(await OpenAsync(), authenticator));

        Assert.Equal(alice.Did, still.Did);
        Assert.Equal("AuthenticationRequired", gone);
    }

    [Fact]
    public async Task A_person_who_was_not_verified_is_refused()
    {
        using var alice = await TestAccount.CreateAsync(_server);
        using var authenticator = NewAuthenticator();
        authenticator.VerifiesPerson = false;
        var unverified = await Refused(() => AddAsync(alice, authenticator));
        authenticator.VerifiesPerson = true;
        await AddAsync(alice, authenticator);

        authenticator.VerifiesPerson = false;
        var refused = await Refused(async () => await SignInAsync(await OpenAsync(), authenticator));

        Assert.Equal(("InvalidToken", "AuthenticationRequired"), (unverified, refused));
    }

    [Fact]
    public async Task Another_origin_is_refused()
    {
        using var alice = await TestAccount.CreateAsync(_server);
        using var authenticator = NewAuthenticator();
        await AddAsync(alice, authenticator);

        authenticator.Origin = "https://phishing.example";
        var refused = await Refused(async () => await SignInAsync(await OpenAsync(), authenticator));

        Assert.Equal("AuthenticationRequired", refused);
    }

    [Fact]
    public async Task A_copy_that_counts_behind_is_refused()
    {
        using var alice = await TestAccount.CreateAsync(_server);
        using var authenticator = NewAuthenticator();
        await AddAsync(alice, authenticator);
        await SignInAsync(await OpenAsync(), authenticator);

        authenticator.SignCount = 0;
        var refused = await Refused(async () => await SignInAsync(await OpenAsync(), authenticator));

        Assert.Equal("AuthenticationRequired", refused);
    }

    [Fact]
    public async Task A_challenge_is_good_once_for_its_device_and_five_minutes()
    {
        using var alice = await TestAccount.CreateAsync(_server);
        using var authenticator = NewAuthenticator();
        await AddAsync(alice, authenticator);
        var device = await OpenAsync();
        var challenge = await _server.InvokeAsync<PasskeyChallenge>(new BeginPasskeySignIn(device));
        var other = await _server.InvokeAsync<PasskeyChallenge>(new BeginPasskeySignIn(device));

        var elsewhere = await Refused(async () => await FinishAsync(await OpenAsync(), challenge, authenticator));
        var first = await FinishAsync(device, challenge, authenticator);
        var again = await Refused(() => FinishAsync(device, challenge, authenticator));
        _time.Advance(TimeSpan.FromMinutes(5) + TimeSpan.FromSeconds(1));
        var late = await Refused(() => FinishAsync(device, other, authenticator));

        Assert.Equal(alice.Did, first.Did);
        Assert.All([elsewhere, again, late], error => Assert.Equal("AuthenticationRequired", error));
    }

    [Fact]
    public async Task A_passkey_belongs_to_one_account()
    {
        using var alice = await TestAccount.CreateAsync(_server);
        using var bob = await TestAccount.CreateAsync(_server);
        using var authenticator = NewAuthenticator();
        await AddAsync(alice, authenticator);

        var refused = await Refused(() => AddAsync(bob, authenticator));

        Assert.Equal("InvalidToken", refused);
    }

    [Fact]
    public async Task What_is_no_credential_is_refused()
    {
        using var alice = await TestAccount.CreateAsync(_server);
        var device = await OpenAsync();

        foreach (var text in new[] { "", "{}", "[]", "null", "not json", """{"id":"AA","rawId":"AA","type":"public-key","response":{}}""" })
        {
            var adding = await _server.InvokeAsync<PasskeyChallenge>(new BeginPasskey(alice.Did, device));
            var signingIn = await _server.InvokeAsync<PasskeyChallenge>(new BeginPasskeySignIn(device));

            Assert.Equal("InvalidToken", await Refused(() => _server.InvokeAsync<PasskeySummary>(
                new AddPasskey(alice.Did, device, adding.State, text, "name"))));
            Assert.Equal("AuthenticationRequired", await Refused(() => _server.InvokeAsync<SignInResult>(
                new FinishPasskeySignIn(device, Address, signingIn.State, text, false))));
        }
    }

    private SoftwareAuthenticator NewAuthenticator() => new($"http://localhost:{_server.Url.Port}");

    private async Task<string> OpenAsync() =>
        (await _server.InvokeAsync<OpenedDevice>(new OpenDevice(null, "test", Address))).DeviceId;

    private async Task<PasskeySummary> AddAsync(TestAccount account, SoftwareAuthenticator authenticator)
    {
        var device = await OpenAsync();
        var challenge = await _server.InvokeAsync<PasskeyChallenge>(new BeginPasskey(account.Did, device));
        return await _server.InvokeAsync<PasskeySummary>(
            new AddPasskey(account.Did, device, challenge.State, authenticator.Create(challenge.OptionsJson), "my laptop"));
    }

    private async Task<SignInResult> SignInAsync(string device, SoftwareAuthenticator authenticator) =>
        await FinishAsync(device, await _server.InvokeAsync<PasskeyChallenge>(new BeginPasskeySignIn(device)), authenticator);

    private Task<SignInResult> FinishAsync(string device, PasskeyChallenge challenge, SoftwareAuthenticator authenticator) =>
        _server.InvokeAsync<SignInResult>(
            new FinishPasskeySignIn(device, Address, challenge.State, authenticator.Get(challenge.OptionsJson), true));

    private static async Task<string> Refused(Func<Task> action) => (await Assert.ThrowsAsync<XrpcException>(action)).Error;
}
