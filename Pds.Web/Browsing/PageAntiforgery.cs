using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Antiforgery;

namespace Pds.Web.Browsing;

/// <summary>
/// Binds every form to the account that its page showed: when another tab has changed to another account meanwhile, the form is
/// refused instead of acting on the wrong one. A form of the console is bound to the session in which it was shown.
/// </summary>
internal sealed class PageAntiforgery(BrowserCookies cookies) : IAntiforgeryAdditionalDataProvider
{
    public string GetAdditionalData(HttpContext context) => context.Request.Path.StartsWithSegments("/admin", StringComparison.Ordinal)
        ? HashOf(cookies.Console(context))
        : cookies.Account(context) ?? "";

    public bool ValidateAdditionalData(HttpContext context, string additionalData) => additionalData == GetAdditionalData(context);

    private static string HashOf(string? token) =>
        token is null ? "" : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)).AsSpan(0, 16));
}
