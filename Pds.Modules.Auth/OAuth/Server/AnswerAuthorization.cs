using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using Pds.Contracts.Auth;
using Pds.Xrpc;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Pds.Modules.Auth.OAuth.Server;

/// <summary>
/// Sends the browser back to the app with a code or an error, and always with <c>iss</c>; or leaves the error for our page, where
/// there is no app that could be trusted with it.
/// </summary>
internal sealed class AnswerAuthorization(ServiceOptions service) : IOpenIddictServerHandler<ApplyAuthorizationResponseContext>
{
    public async ValueTask HandleAsync(ApplyAuthorizationResponseContext context)
    {
        var http = context.Transaction.GetHttpContext();
        var answer = context.Response;
        if (string.IsNullOrEmpty(context.RedirectUri))
        {
            // What bears a link is of OpenIddict's making, in its words.
            http.Features.Set(new AuthorizationFailure(
                answer.Error ?? OpenIddictConstants.Errors.ServerError,
                answer is { ErrorUri: null, ErrorDescription: { } description } ? description : "The request cannot be answered"));
            return;
        }

        KeyValuePair<string, string?>[] parameters =
        [
            new("iss", service.PublicUrl),
            new("state", answer.State),
            new("code", answer.Code),
            new("error", answer.Error),
            new("error_description", answer.ErrorDescription),
        ];
        var present = Array.FindAll(parameters, parameter => !string.IsNullOrEmpty(parameter.Value));
        if (context.ResponseMode == OpenIddictConstants.ResponseModes.FormPost)
        {
            await FormPost.WriteAsync(http, context.RedirectUri, present);
        }
        else
        {
            http.Response.StatusCode = StatusCodes.Status303SeeOther;
            http.Response.Headers.Location = context.ResponseMode == OpenIddictConstants.ResponseModes.Fragment
                ? $"{context.RedirectUri}#{QueryHelpers.AddQueryString("", present)[1..]}"
                : QueryHelpers.AddQueryString(context.RedirectUri, present);
        }

        context.HandleRequest();
    }
}
