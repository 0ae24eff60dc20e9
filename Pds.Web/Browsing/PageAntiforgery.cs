using Microsoft.AspNetCore.Antiforgery;

namespace Pds.Web.Browsing;

/// <summary>
/// Binds every form to the account that its page showed: when another tab has changed to another account meanwhile, the form is
/// refused instead of acting on the wrong one.
/// </summary>
internal sealed class PageAntiforgery(BrowserCookies cookies) : IAntiforgeryAdditionalDataProvider
{
    public string GetAdditionalData(HttpContext context) => cookies.Account(context) ?? "";

    public bool ValidateAdditionalData(HttpContext context, string additionalData) => additionalData == (cookies.Account(context) ?? "");
}
