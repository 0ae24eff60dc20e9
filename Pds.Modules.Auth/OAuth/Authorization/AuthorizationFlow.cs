using System.Security.Claims;
using AtProto;
using OpenIddict.Abstractions;
using Pds.Contracts.Auth;
using Pds.Contracts.Identity;
using Pds.Modules.Auth.Devices;
using Pds.Modules.Auth.OAuth.Clients;
using Pds.Modules.Auth.OAuth.Server;
using Pds.Modules.Auth.OAuth.Sessions;
using Pds.Xrpc;
using Wolverine;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Pds.Modules.Auth.OAuth.Authorization;

/// <summary>What happens to a request between the app that pushed it and the code that answers it: the work behind the pages.</summary>
public sealed class AuthorizationFlow
{
    private readonly RequestStore _requests;
    private readonly ConsentStore _consents;
    private readonly ClientDirectory _clients;
    private readonly BrowserDevices _devices;
    private readonly TimeProvider _time;

    internal AuthorizationFlow(
        RequestStore requests, ConsentStore consents, ClientDirectory clients, BrowserDevices devices, TimeProvider time) =>
        (_requests, _consents, _clients, _devices, _time) = (requests, consents, clients, devices, time);

    /// <summary>Opens a request in a browser and says what comes next.</summary>
    public async Task<AuthorizationStep> ContinueAsync(
        AuthorizationRequest request, string deviceId, IMessageBus bus, CancellationToken cancellationToken)
    {
        var id = IdOf(request.RequestUri);
        if (await _requests.OpenAsync(id, request.ClientId, deviceId, cancellationToken) is not { } opened)
        {
            return await RefuseAsync(id, await WhyClosedAsync(id, cancellationToken), cancellationToken);
        }

        if (opened.IsDenied)
        {
            return await RefuseAsync(id, "The user rejected the request", cancellationToken);
        }

        Waiting waiting;
        try
        {
            waiting = await LoadAsync(opened, bus, cancellationToken);
        }
        catch (OAuthException refusal)
        {
            return NextStep.Refuse(refusal.Error, refusal.Message);
        }

        var (step, account) = await NextStep.DecideAsync(
            waiting, did => _consents.FindAsync(did, opened.ClientId, cancellationToken));
        switch (step.Kind)
        {
            case AuthorizationStepKind.Refuse:
                await _requests.DeleteAsync(id, cancellationToken);
                return step;

            case AuthorizationStepKind.Complete:
                var isGranted = opened.GrantedScope is not null && opened.Did == account;
                return step with
                {
                    Principal = Describe(account!.Value, deviceId, isGranted ? opened.GrantedScope!.Split(' ') : waiting.Scopes),
                };

            case AuthorizationStepKind.Consent or AuthorizationStepKind.Reactivate when opened.Did != account:
                await _requests.ChooseAsync(id, opened.ClientId, deviceId, account!.Value, cancellationToken);
                return step;

            default:
                return step;
        }
    }

    /// <summary>Sets who answers. False when that account has to sign in first.</summary>
    public async Task<bool> ChooseAsync(
        string clientId, string requestUri, string deviceId, Did did, IMessageBus bus, CancellationToken cancellationToken) =>
        await FindAsync(clientId, requestUri, deviceId, bus, cancellationToken) is { } waiting
        && waiting.Find(did) is { } account
        && waiting.MayAnswer(account)
        && await _requests.ChooseAsync(waiting.Request.Id, clientId, deviceId, did, cancellationToken);

    /// <summary>Grants a request, wholly or in part, as the account that was chosen.</summary>
    /// <exception cref="XrpcException"><c>InvalidRequest</c>: it waits for that no longer, or something else is granted.</exception>
    public async Task ApproveAsync(
        string clientId, string requestUri, string deviceId, IReadOnlyList<string> scopes, IMessageBus bus,
        CancellationToken cancellationToken)
    {
        if (await FindAsync(clientId, requestUri, deviceId, bus, cancellationToken)
            is not { Chosen.Account: { Status: AccountStatus.Active } account } waiting)
        {
            throw XrpcErrors.InvalidRequest("This request is not waiting for an answer");
        }

        var granted = Array.FindAll(waiting.Scopes, scopes.Contains);
        if (granted.Length != scopes.Distinct().Count() || !granted.Contains("atproto"))
        {
            throw XrpcErrors.InvalidRequest("Only what was asked for can be granted, and atproto must be");
        }

        if (!waiting.Client.IsLoopback)
        {
            await _consents.AddAsync(account.Did, clientId, granted, cancellationToken);
        }

        await _requests.ApproveAsync(
            waiting.Request.Id, clientId, deviceId, account.Did, string.Join(' ', granted), cancellationToken);
    }

    /// <summary>Refuses a request.</summary>
    public Task DenyAsync(string clientId, string requestUri, string deviceId, CancellationToken cancellationToken) =>
        _requests.DenyAsync(IdOf(requestUri), clientId, deviceId, cancellationToken);

    /// <summary>A request that waits for a person in this browser; null when it does not.</summary>
    internal async Task<Waiting?> FindAsync(
        string clientId, string requestUri, string deviceId, IMessageBus bus, CancellationToken cancellationToken) =>
        await _requests.FindOpenAsync(IdOf(requestUri), clientId, deviceId, cancellationToken) is { } open
            ? await LoadAsync(open, bus, cancellationToken)
            : null;

    private static byte[] IdOf(string requestUri) => OpaqueToken.Hash(
        requestUri.StartsWith(OpaqueToken.RequestUriPrefix, StringComparison.Ordinal)
            ? requestUri[OpaqueToken.RequestUriPrefix.Length..]
            : requestUri);

    private static ClaimsPrincipal Describe(Did did, string deviceId, string[] scopes) =>
        new ClaimsPrincipal(new ClaimsIdentity("OAuth"))
            .SetClaim(Claims.Subject, did.Value)
            .SetClaim(IssueCode.DeviceClaim, deviceId)
            .SetScopes(scopes);

    private async Task<Waiting> LoadAsync(StoredRequest request, IMessageBus bus, CancellationToken cancellationToken) => new(
        request,
        await _clients.GetAsync(request.ClientId, cancellationToken),
        await _devices.FindAccountsAsync(request.DeviceId!, cancellationToken),
        await FindExpectedAsync(PushedParameters.Read(request.Parameters).LoginHint, bus, cancellationToken));

    private static async Task<Did?> FindExpectedAsync(string? hint, IMessageBus bus, CancellationToken cancellationToken)
    {
        var identity = Did.TryParse(hint, out var did) ? await bus.InvokeAsync<LocalIdentity?>(new GetIdentity(did), cancellationToken)
            : Handle.TryParse(hint, out var handle) ? await bus.InvokeAsync<LocalIdentity?>(new FindIdentity(handle), cancellationToken)
            : null;
        return identity?.Did;
    }

    private async Task<string> WhyClosedAsync(byte[] id, CancellationToken cancellationToken) =>
        await _requests.FindAsync(id, cancellationToken) switch
        {
            null or { IsUsed: true } => "This request was already authorized",
            { } found when found.ExpiresAt <= _time.GetUtcNow() => "This request has expired",
            _ => "This request was initiated from another device",
        };

    private async Task<AuthorizationStep> RefuseAsync(byte[] id, string reason, CancellationToken cancellationToken)
    {
        await _requests.DeleteAsync(id, cancellationToken);
        return NextStep.Refuse(Errors.AccessDenied, reason);
    }
}
