using Pds.Contracts.Auth;
using Pds.Tests.Support;
using Pds.Xrpc;

namespace Pds.Tests.Auth;

public sealed class SignInTests(PdsFixture pds)
{
    [Fact]
    public async Task A_person_signs_in_by_handle_by_did_and_by_address()
    {
        var server = await pds.GetServerAsync();
        using var alice = await pds.CreateAccountAsync();

        foreach (var identifier in new[] { alice.Handle.Value, $" @{alice.Handle} ", alice.Did.Value, alice.Email.ToUpperInvariant() })
        {
            var device = await OpenAsync(server);
            var result = await SignInAsync(server, device, identifier, alice.Password);

            Assert.Equal(alice.Did, result.Did);
        }
    }

    [Fact]
    public async Task A_wrong_password_and_an_unknown_account_are_refused_alike()
    {
        var server = await pds.GetServerAsync();
        using var alice = await pds.CreateAccountAsync();
        var device = await OpenAsync(server);

        var wrong = await Assert.ThrowsAsync<XrpcException>(() => SignInAsync(server, device, alice.Handle.Value, "wrong"));
        var unknown = await Assert.ThrowsAsync<XrpcException>(() => SignInAsync(server, device, "nobody.test", "wrong"));

        Assert.Equal(("AuthenticationRequired", wrong.Message), (unknown.Error, unknown.Message));
    }

    [Fact]
    public async Task A_person_signs_up_and_is_signed_in()
    {
        var server = await pds.GetServerAsync();
        var device = await OpenAsync(server);
        var handle = TestAccount.NewHandle();

        var result = await server.InvokeAsync<SignInResult>(new SignUp(
            device.DeviceId, "192.0.2.9", handle, $"{handle}@example.com", "correct horse", null, Remember: true));
        var again = await server.InvokeAsync<OpenedDevice>(new OpenDevice(device.NewCookie, "test", "192.0.2.9"));

        var account = Assert.Single(again.Accounts);
        Assert.Equal((result.Did, handle), (account.Did, account.Handle.Value));
    }

    [Theory]
    [InlineData("short", "InvalidPassword")]
    [InlineData("long enough for all", "HandleNotAvailable")]
    public async Task A_sign_up_is_refused_by_its_name(string password, string error)
    {
        var server = await pds.GetServerAsync();
        using var taken = await pds.CreateAccountAsync();
        var device = await OpenAsync(server);

        var refusal = await Assert.ThrowsAsync<XrpcException>(() => server.InvokeAsync<SignInResult>(new SignUp(
            device.DeviceId, "192.0.2.9", taken.Handle.Value, $"x{taken.Email}", password, null, Remember: false)));

        Assert.Equal(error, refusal.Error);
    }

    private static Task<OpenedDevice> OpenAsync(PdsServer server) =>
        server.InvokeAsync<OpenedDevice>(new OpenDevice(null, "test", "192.0.2.9"));

    private static Task<SignInResult> SignInAsync(
        PdsServer server, OpenedDevice device, string identifier, string password, string address = "192.0.2.9") =>
        server.InvokeAsync<SignInResult>(new SignIn(device.DeviceId, address, identifier, password, Remember: true));
}
