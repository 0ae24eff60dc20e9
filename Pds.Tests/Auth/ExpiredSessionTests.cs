using Pds.Xrpc;

namespace Pds.Tests.Auth;

public sealed class ExpiredSessionTests(AccessTestHost host) : IClassFixture<AccessTestHost>
{
    [Fact]
    public async Task An_expired_token_is_told_as_400_on_which_clients_refresh_and_a_refresh_token_may_still_end_its_session()
    {
        var session = host.Issue(AccessKind.Full);
        host.Time.Advance(TimeSpan.FromDays(91));

        var access = await host.CallAsync(Access.Account, $"Bearer {session.AccessJwt}");
        var refresh = await host.CallAsync(Access.Refresh, $"Bearer {session.RefreshJwt}");
        var delete = await host.CallAsync(Access.RefreshOrExpired, $"Bearer {session.RefreshJwt}");

        Assert.Equal((400, "ExpiredToken", "Token has expired"), (access.Status, access.Error, access.Message));
        Assert.Equal((400, "ExpiredToken"), (refresh.Status, refresh.Error));
        Assert.Equal(200, delete.Status);
    }
}
