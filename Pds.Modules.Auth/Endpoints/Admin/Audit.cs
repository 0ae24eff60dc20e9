using Microsoft.AspNetCore.Http;
using Pds.Contracts.Auth;
using Pds.Xrpc;

namespace Pds.Modules.Auth.Endpoints.Admin;

/// <summary>What a request of an administrator leaves in the audit log.</summary>
internal static class Audit
{
    public static NoteAdministration Note(Caller caller, HttpContext http, string method, string? subject, string? detail) =>
        new(caller.Actor, method, subject, detail, http.Connection.RemoteIpAddress?.ToString());
}
