using AtProto;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Auth.Accounts;
using Pds.Modules.Auth.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Auth.Endpoints.Admin;

/// <summary>Mails an account what a moderator has to say.</summary>
internal static class SendEmail
{
    private const string Method = "com.atproto.admin.sendEmail";

    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapProcedure(Method, HandleAsync)
        .RequireAuthorization(Access.Moderation);

    internal sealed record Input(Did RecipientDid, string Content, string? Subject, Did SenderDid, string? Comment);

    internal sealed record Output(bool Sent);

    private static async Task<Output> HandleAsync(
        Input input, Caller caller, Administration administration, AuditStore audit, HttpContext http, CancellationToken cancellationToken)
    {
        await administration.MailAsync(
            input.RecipientDid, input.Subject ?? "Message via your PDS", input.Content, cancellationToken);
        await audit.AddAsync(Audit.Note(caller, http, Method, input.RecipientDid.Value, input.Comment), CancellationToken.None);
        return new Output(Sent: true);
    }
}
