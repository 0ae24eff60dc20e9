using Microsoft.Extensions.Time.Testing;
using Pds.Contracts.Auth;
using Pds.Tests.Support;

namespace Pds.Tests.Auth;

public sealed class DeviceTests(PdsFixture pds)
{
    private const string Agent = "Mozilla/5.0 (X11)";
    private const string Address = "203.0.113.7";

    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());

    [Fact]
    public async Task A_browser_without_a_cookie_gets_one_and_is_known_by_it()
    {
        var server = await pds.GetServerAsync();

        var first = await OpenAsync(server, null);
        var second = await OpenAsync(server, first.NewCookie);

        Assert.NotNull(first.NewCookie);
        Assert.Equal(first.DeviceId, second.DeviceId);
        Assert.Null(second.NewCookie);
        Assert.Empty(second.Accounts);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task A_cookie_that_nobody_wrote_makes_a_new_device(string cookie)
    {
        var device = await OpenAsync(await pds.GetServerAsync(), cookie);

        Assert.NotNull(device.NewCookie);
    }

    [Fact]
    public async Task The_cookie_moves_on_after_a_while_and_when_the_browser_changes()
    {
        await using var server = await pds.StartServerAsync(time: _time);
        var first = await OpenAsync(server, null);

        _time.Advance(TimeSpan.FromMinutes(6));
        var aged = await OpenAsync(server, first.NewCookie);
        var moved = await OpenAsync(server, aged.NewCookie, address: "198.51.100.1");
        var rotated = await OpenAsync(server, moved.NewCookie, address: "198.51.100.1", rotate: true);

        Assert.All([aged, moved, rotated], device => Assert.Equal(first.DeviceId, device.DeviceId));
        Assert.Equal(4, new[] { first, aged, moved, rotated }.Select(device => device.NewCookie).Distinct().Count());
    }

    [Fact]
    public async Task Requests_that_cross_on_the_way_get_the_same_cookie()
    {
        await using var server = await pds.StartServerAsync(time: _time);
        var first = await OpenAsync(server, null);

        var one = await OpenAsync(server, first.NewCookie, rotate: true);
        _time.Advance(TimeSpan.FromSeconds(4));
        var other = await OpenAsync(server, first.NewCookie);

        Assert.Equal((one.DeviceId, one.NewCookie), (other.DeviceId, other.NewCookie));
    }

    [Fact]
    public async Task A_copied_cookie_ends_the_device_for_thief_and_owner()
    {
        await using var server = await pds.StartServerAsync(time: _time);
        using var alice = await TestAccount.CreateAsync(server);
        var stolen = await OpenAsync(server, null);
        await SignInAsync(server, stolen.DeviceId, alice, remember: true);
        var owner = await OpenAsync(server, stolen.NewCookie, rotate: true);

        _time.Advance(TimeSpan.FromSeconds(6));
        var thief = await OpenAsync(server, stolen.NewCookie);
        var ownerAgain = await OpenAsync(server, owner.NewCookie);

        Assert.Single(owner.Accounts);
        Assert.Empty(thief.Accounts);
        Assert.Empty(ownerAgain.Accounts);
        Assert.NotEqual(owner.DeviceId, ownerAgain.DeviceId);
    }

    [Fact]
    public async Task What_is_not_remembered_ends_with_the_visit_and_what_is_grows_stale()
    {
        await using var server = await pds.StartServerAsync(time: _time);
        using var alice = await TestAccount.CreateAsync(server);
        using var bob = await TestAccount.CreateAsync(server);
        var device = await OpenAsync(server, null);
        await SignInAsync(server, device.DeviceId, alice, remember: true);
        await SignInAsync(server, device.DeviceId, bob, remember: false);

        var both = await OpenAsync(server, device.NewCookie);
        _time.Advance(TimeSpan.FromMinutes(16));
        var later = await OpenAsync(server, device.NewCookie);
        _time.Advance(TimeSpan.FromDays(7));
        var stale = await OpenAsync(server, later.NewCookie);

        Assert.Equal(2, both.Accounts.Count);
        Assert.Equal(alice.Did, Assert.Single(later.Accounts).Did);
        Assert.True(later.Accounts[0].IsFresh);
        Assert.False(Assert.Single(stale.Accounts).IsFresh);
    }

    [Fact]
    public async Task An_account_sees_its_devices_and_leaves_one()
    {
        var server = await pds.GetServerAsync();
        using var alice = await pds.CreateAccountAsync();
        var device = await OpenAsync(server, null);
        await SignInAsync(server, device.DeviceId, alice, remember: true);
        var devices = await server.InvokeAsync<IReadOnlyList<DeviceSummary>>(new ListDevices(alice.Did));
        await server.InvokeAsync(new SignOut(device.DeviceId, alice.Did));
        var after = await server.InvokeAsync<IReadOnlyList<DeviceSummary>>(new ListDevices(alice.Did));

        var summary = Assert.Single(devices);
        Assert.Equal((device.DeviceId, Agent, Address), (summary.DeviceId, summary.UserAgent, summary.Address));
        Assert.Empty(after);
    }

    private static Task<OpenedDevice> OpenAsync(
        PdsServer server, string? cookie, string address = Address, bool rotate = false) =>
        server.InvokeAsync<OpenedDevice>(new OpenDevice(cookie, Agent, address, rotate));

    private static Task<SignInResult> SignInAsync(PdsServer server, string deviceId, TestAccount account, bool remember) =>
        server.InvokeAsync<SignInResult>(new SignIn(deviceId, Address, account.Handle.Value, account.Password, remember));
}
