using Microsoft.AspNetCore.Mvc;
using Pds.Contracts.Auth;
using Pds.Web.Permissions;

namespace Pds.Web.Pages.Account;

/// <summary>The apps that may act for an account, what each may do, and how to end it.</summary>
public sealed class AppsModel : AccountPage
{
    public IReadOnlyList<ConnectedApp> Apps { get; private set; } = [];

    public IReadOnlyList<PermissionView> Describe(ConnectedApp app) =>
        HttpContext.RequestServices.GetRequiredService<PermissionTexts>().Describe(app.Scopes, []);

    public async Task OnGetAsync() =>
        Apps = await Bus.InvokeAsync<IReadOnlyList<ConnectedApp>>(new ListConnectedApps(Did), Aborted);

    public async Task<IActionResult> OnPostAsync(string? session)
    {
        var isDone = session is { Length: > 0 } && await Bus.InvokeAsync<bool>(new RevokeApp(Did, session), Aborted);
        return SeeOther("/account/apps", isDone ? "Apps.Revoked" : null);
    }
}
