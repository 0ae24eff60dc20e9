using AtProto;
using Pds.Contracts.Auth;
using Pds.Modules.Auth.OAuth.Clients;
using Pds.Modules.Auth.OAuth.Sessions;

namespace Pds.Modules.Auth.OAuth.Authorization;

/// <summary>The apps that may act for an account.</summary>
public sealed class ConnectedApps
{
    private readonly OAuthSessionStore _sessions;
    private readonly ClientDirectory _clients;
    private readonly TimeProvider _time;

    internal ConnectedApps(OAuthSessionStore sessions, ClientDirectory clients, TimeProvider time) =>
        (_sessions, _clients, _time) = (sessions, clients, time);

    public async Task<IReadOnlyList<ConnectedApp>> ListAsync(Did did, CancellationToken cancellationToken)
    {
        var sessions = await _sessions.ListAsync(did, _time.GetUtcNow(), cancellationToken);
        var views = new Dictionary<string, ClientView>();
        foreach (var clientId in sessions.Select(session => session.ClientId).Distinct())
        {
            views[clientId] = await DescribeAsync(clientId, cancellationToken);
        }

        return [.. sessions.Select(session => new ConnectedApp(
            session.Id, views[session.ClientId], session.Scope.Split(' '), session.CreatedAt, session.LastUsedAt))];
    }

    private async Task<ClientView> DescribeAsync(string clientId, CancellationToken cancellationToken)
    {
        try
        {
            return ClientViews.Of(await _clients.GetAsync(clientId, cancellationToken));
        }
        catch (OAuthException)
        {
            return ClientViews.OfMissing(clientId);
        }
    }
}
