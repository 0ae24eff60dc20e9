using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.WebUtilities;
using Pds.Modules.Auth;
using Pds.Web.Configuration;

namespace Pds.Web.Pages.Gate;

/// <summary>
/// Where the Bluesky app leads who signs up with it, in a frame, when <c>describeServer</c> says that a verification is required: the
/// box against robots. What it gave goes back to the app, which brings it to <c>createAccount</c>. It is a form that only asks,
/// for in a frame of another site there are no cookies.
/// </summary>
public sealed class SignUpModel(RobotCheckOptions robots) : PageModel
{
    private const string App = "https://bsky.app";
    private const int MaxStateLength = 256;

    internal RobotWidget? Widget { get; } = RobotWidget.Of(robots);

    /// <summary>The app's, handed back.</summary>
    [FromQuery(Name = "state")]
    public string? State { get; set; }

    public IActionResult OnGet()
    {
        if (Widget is null || State is { Length: > MaxStateLength })
        {
            return NotFound();
        }

        if (Request.Query[Widget.Field].ToString() is { Length: > 0 } code)
        {
            return Redirect(QueryHelpers.AddQueryString(App, new Dictionary<string, string?> { ["code"] = code, ["state"] = State }));
        }

        PageSecurity.AllowFormsToLeadTo(HttpContext, App);
        PageSecurity.AllowWidget(HttpContext, Widget);
        PageSecurity.AllowFramesOf(HttpContext, App);
        return Page();
    }
}
