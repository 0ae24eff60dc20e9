using System.Net.Http.Headers;
using System.Text;

namespace Pds.Tests.Support;

/// <summary>Calls methods as the administrator of a server.</summary>
public sealed class AdminClient : XrpcClient, IDisposable
{
    public AdminClient(PdsServer server) : base(TestHttp.Create(server.Url)) =>
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"admin:{PdsServer.AdminPassword}")));

    /// <summary>Calls <c>com.atproto.admin.updateSubjectStatus</c>.</summary>
    public Task<XrpcReply> SetStatusAsync(object subject, object? takedown = null, object? deactivated = null) =>
        ProcedureAsync("com.atproto.admin.updateSubjectStatus", new { subject, takedown, deactivated });

    public void Dispose() => Http.Dispose();
}
