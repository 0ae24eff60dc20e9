using System.Net.Http.Headers;
using System.Text;

namespace Pds.Tests.Support;

/// <summary>Calls methods as the administrator of a server.</summary>
public sealed class AdminClient : XrpcClient, IDisposable
{
    /// <param name="password">Another than the right one.</param>
    public AdminClient(PdsServer server, string password = PdsServer.AdminPassword) : base(TestHttp.Create(server.Url)) =>
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"admin:{password}")));

    /// <summary>Calls <c>com.atproto.admin.updateSubjectStatus</c>.</summary>
    public Task<XrpcReply> SetStatusAsync(object subject, object? takedown = null, object? deactivated = null) =>
        ProcedureAsync("com.atproto.admin.updateSubjectStatus", new { subject, takedown, deactivated });

    public void Dispose() => Http.Dispose();
}
