using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Pds.Web.Pages.OAuth;

/// <summary>A browser that keeps no cookies, without which nobody can be signed in.</summary>
public sealed class NoCookiesModel : PageModel
{
    public void OnGet() => Response.StatusCode = StatusCodes.Status400BadRequest;
}
