using Microsoft.AspNetCore.Mvc;
using Pds.Contracts.Auth;

namespace Pds.Web.Pages.OAuth;

/// <summary>The accounts that are signed in with this browser, to choose one of.</summary>
public sealed class ChooseModel : FlowPage
{
    /// <summary>Stands for a picture.</summary>
    public string InitialOf(SignedInAccount account) => account.Handle.Value[..1].ToUpperInvariant();

    public IActionResult OnGet() => Device.Accounts.Count == 0 ? SeeOther(PathOf("sign-in")) : Page();

    public async Task<IActionResult> OnPostAsync(string? did)
    {
        if (Find(did) is not { } account)
        {
            return SeeOther(PathOf("choose"));
        }

        return account.IsFresh || IsForApp
            ? await ContinueAsync(account.Did)
            : SeeOther($"{PathOf("sign-in")}?account={Uri.EscapeDataString(account.Did.Value)}");
    }

    public async Task<IActionResult> OnPostForgetAsync(string? did)
    {
        if (Find(did) is { } account)
        {
            await Bus.InvokeAsync(new SignOut(Device.DeviceId, account.Did), Aborted);
            await OpenDeviceAsync(rotate: true);
        }

        return SeeOther(PathOf("choose"), "Choose.Forgotten");
    }

    private SignedInAccount? Find(string? did) => Device.Accounts.FirstOrDefault(account => account.Did.Value == did);
}
