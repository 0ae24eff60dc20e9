using AtProto;
using Microsoft.AspNetCore.Mvc.Filters;
using Pds.Contracts.Auth;

namespace Pds.Web.Pages;

/// <summary>A page of somebody's account: shown to who signed in with this browser not long ago.</summary>
public abstract class AccountPage : PersonPage
{
    public OpenedDevice Device { get; private set; } = null!;

    /// <summary>Whose page it is.</summary>
    public SignedInAccount Account { get; private set; } = null!;

    /// <summary>What the account is called where people see it.</summary>
    public string NameOfAccount => Account.Handle == Handle.Invalid ? Account.Did.Value : $"@{Account.Handle}";

    protected Did Did => Account.Did;

    public override async Task OnPageHandlerExecutionAsync(
        PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        if (Cookies.Device(HttpContext) is null)
        {
            context.Result = SeeOther("/account/sign-in");
            return;
        }

        Device = await OpenDeviceAsync();
        var wanted = Cookies.Account(HttpContext);
        var account = Device.Accounts.FirstOrDefault(account => account.Did.Value == wanted);
        if (account is { IsFresh: true })
        {
            Account = account;
            await base.OnPageHandlerExecutionAsync(context, next);
            return;
        }

        context.Result = SeeOther(
            account is not null ? $"/account/sign-in?account={Uri.EscapeDataString(account.Did.Value)}"
            : Device.Accounts.Count > 0 ? "/account/choose"
            : "/account/sign-in");
    }
}
