using Pds.Contracts.Auth;
using Pds.Modules.Auth.Devices;
using Pds.Modules.Auth.OAuth.Authorization;
using Pds.Modules.Auth.OAuth.Scopes;
using Pds.Modules.Auth.OAuth.Server;
using Wolverine;

namespace Pds.Modules.Auth.Handlers;

/// <summary>Shows a request that waits for a person.</summary>
public static class GetAuthorizationHandler
{
    public static async Task<PendingAuthorization?> HandleAsync(
        GetAuthorization query, AuthorizationFlow flow, IMessageBus bus, CancellationToken cancellationToken)
    {
        if (await flow.FindAsync(query.ClientId, query.RequestUri, query.DeviceId, bus, cancellationToken) is not { } waiting)
        {
            return null;
        }

        return new PendingAuthorization(
            ClientViews.Of(waiting.Client),
            waiting.Chosen is { } chosen ? await chosen.DescribeAsync(bus, cancellationToken) : null,
            waiting.Scopes,
            await ScopeExpansion.DescribeAsync(waiting.Scopes, bus, cancellationToken),
            waiting.LoginHint,
            IsLoginHintFixed: waiting.Expected is not null,
            waiting.Prompt,
            waiting.UiLocales,
            RedirectUri.OriginOf(waiting.RedirectUri));
    }
}
