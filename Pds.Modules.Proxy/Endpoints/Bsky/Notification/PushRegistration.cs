using System.Text.Json;
using AtProto;
using AtProto.Data;
using AtProto.Lexicons;
using Microsoft.AspNetCore.Http;
using Pds.Modules.Proxy.Forwarding;
using Pds.Xrpc;

namespace Pds.Modules.Proxy.Endpoints.Bsky.Notification;

/// <summary>Passes a device's registration on to the service that its body names.</summary>
internal sealed class PushRegistration(Upstreams upstreams, Forwarder forwarder, LexiconCatalog lexicons)
{
    /// <summary>The service that the body names, as DID; the body can be sent on.</summary>
    /// <exception cref="XrpcException">The body is not as it should be.</exception>
    public async Task<Did> ReadServiceAsync(HttpContext context, string method) =>
        Check(await RequestBody.ReadAsync(context), Nsid.Parse(method));

    /// <summary>The name under which scopes know a service for notifications.</summary>
    public static string AudienceOf(Did service) => $"{service}#{Upstream.NotificationId}";

    public async Task SendAsync(HttpContext context, Caller caller, string method, Did did)
    {
        var upstream = did == upstreams.AppView?.Did
            ? upstreams.AppView
            : await upstreams.FindAsync(context, did, Upstream.NotificationId)
                ?? throw XrpcErrors.InvalidRequest($"invalid notification service details in did document: {did}");
        await forwarder.SendAsync(context, caller, method, upstream);
    }

    private Did Check(byte[] body, Nsid method)
    {
        try
        {
            var verdict = lexicons.ValidateInput(method, DataModel.FromJson(body));
            if (!verdict.IsValid)
            {
                throw XrpcErrors.InvalidRequest(verdict.Message ?? "Invalid registration");
            }
        }
        catch (DataException failure)
        {
            throw XrpcErrors.InvalidRequest(failure.Message);
        }

        using var json = JsonDocument.Parse(body);
        return Did.Parse(json.RootElement.GetProperty("serviceDid"u8).GetString()!);
    }
}
