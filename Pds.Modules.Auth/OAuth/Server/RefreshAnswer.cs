using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OpenIddict.Abstractions;
using Wolverine;

namespace Pds.Modules.Auth.OAuth.Server;

/// <summary>
/// Answers refreshes. Every session refreshes four times an hour, so these do without OpenIddict's pipeline, which costs more
/// than the checks, the statement and the signature together; the steps are those of its handlers.
/// </summary>
internal sealed class RefreshAnswer(ClientAuthentication authentication, RefreshGrant refreshes)
{
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Whether this is a request for it.</summary>
    public static bool IsFor(HttpRequest request) =>
        request.Path == OAuthMiddleware.TokenPath
        && request.Form[OpenIddictConstants.Parameters.GrantType] == OpenIddictConstants.GrantTypes.RefreshToken;

    /// <exception cref="OAuthException">The refusal.</exception>
    public async Task WriteAsync(HttpContext context)
    {
        var request = new OpenIddictRequest(context.Request.Form);
        var client = await AuthenticateAsync(context, request);
        client.RequireGrant(request.GrantType);
        var bus = context.RequestServices.GetRequiredService<IMessageBus>();
        var tokens = await refreshes.ExchangeAsync(client, request.RefreshToken, bus, context.RequestAborted);

        var body = new ArrayBufferWriter<byte>(2048);
        using (var json = new Utf8JsonWriter(body, WriterOptions))
        {
            json.WriteStartObject();
            json.WriteString("access_token"u8, tokens.AccessToken);
            json.WriteString("token_type"u8, "DPoP"u8);
            json.WriteNumber("expires_in"u8, tokens.ExpiresIn);
            json.WriteString("refresh_token"u8, tokens.RefreshToken);
            json.WriteString("scope"u8, tokens.Scope);
            json.WriteString("sub"u8, tokens.Did.Value);
            json.WriteEndObject();
        }

        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.WrittenCount;
        await context.Response.Body.WriteAsync(body.WrittenMemory, context.RequestAborted);
    }

    // An app that withdraws a key ends what was begun with it, for it may be in other hands.
    private async Task<AuthenticatedClient> AuthenticateAsync(HttpContext context, OpenIddictRequest request)
    {
        try
        {
            return await authentication.AuthenticateAsync(context, request, requireProof: true, context.RequestAborted);
        }
        catch (OAuthException refusal) when (refusal.Error == OpenIddictConstants.Errors.InvalidClient && request.RefreshToken is { } token)
        {
            await refreshes.EndIfKeyIsGoneAsync(request.ClientId!, token, context.RequestAborted);
            throw;
        }
    }
}
