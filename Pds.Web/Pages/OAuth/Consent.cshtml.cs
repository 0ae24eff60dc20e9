using AtProto;
using Microsoft.AspNetCore.Mvc;
using Pds.Contracts.Auth;
using Pds.Web.Permissions;

namespace Pds.Web.Pages.OAuth;

/// <summary>Asks whether an app may do what it asks for, and lets parts of it be left out.</summary>
public sealed class ConsentModel : FlowPage
{
    public IReadOnlyList<PermissionView> Permissions { get; private set; } = [];

    public string NameOf(SignedInAccount account) => account.Handle == Handle.Invalid ? account.Did.Value : $"@{account.Handle}";

    public IActionResult OnGet() => Pending!.Account is null ? SeeOther(Onward()) : Show();

    /// <param name="allow">The scopes that may be left out and were not, space separated in each.</param>
    public async Task<IActionResult> OnPostAsync(string[]? allow)
    {
        if (Pending!.Account is null)
        {
            return SeeOther(Onward());
        }

        var kept = (allow ?? []).SelectMany(scopes => scopes.Split(' ')).ToHashSet();
        var left = Describe().Where(permission => permission.IsOptional).SelectMany(permission => permission.Scopes).ToHashSet();
        left.ExceptWith(kept);
        var granted = Pending.Scopes.Where(scope => !left.Contains(scope)).ToArray();
        return await TryAsync(() => Bus.InvokeAsync(new ApproveAuthorization(ClientId!, RequestUri!, Device.DeviceId, granted), Aborted))
            ? SeeOther(Onward())
            : Show();
    }

    private Microsoft.AspNetCore.Mvc.RazorPages.PageResult Show()
    {
        Permissions = Describe();
        return Page();
    }

    private IReadOnlyList<PermissionView> Describe() =>
        HttpContext.RequestServices.GetRequiredService<PermissionTexts>().Describe(Pending!.Scopes, Pending.PermissionSets);
}
