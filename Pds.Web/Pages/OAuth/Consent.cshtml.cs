using AtProto.OAuth;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using Pds.Contracts.Auth;
using Pds.Web.Localization;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Web.Pages.OAuth;

/// <summary>Asks whether an app may do what it wants to do.</summary>
public sealed class ConsentModel(IMessageBus bus, IStringLocalizer<Texts> texts) : RequestPage(bus)
{
    /// <summary>What the app wants, in people's words.</summary>
    public IReadOnlyList<PermissionGroup> Permissions { get; private set; } = [];

    /// <summary>Whether the address is asked for, which the person may keep to themselves.</summary>
    public bool AsksEmail { get; private set; }

    public IActionResult OnGet()
    {
        if (Pending.Account is null)
        {
            return Onward();
        }

        Permissions = new PermissionTexts(texts).Describe(Pending.Scopes, Pending.PermissionSets);
        AsksEmail = Pending.Scopes.Any(IsReadEmail);
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(bool shareEmail)
    {
        var asksEmail = Pending.Scopes.Any(IsReadEmail);
        var scopes = Pending.Scopes.Where(scope => !asksEmail || shareEmail || !IsReadEmail(scope)).ToArray();
        try
        {
            await Bus.InvokeAsync(
                new ApproveAuthorization(ClientId, RequestUri, Device.DeviceId, scopes), HttpContext.RequestAborted);
        }
        catch (XrpcException)
        {
            // It was answered meanwhile, in another tab perhaps; where it stands now is told there.
        }

        return Onward();
    }

    private static bool IsReadEmail(string scope) =>
        Scope.TryParse(scope, out var parsed)
        && (parsed == StaticScope.TransitionEmail || parsed is AccountScope { Attribute: AccountScope.Email, MayManage: false });
}
