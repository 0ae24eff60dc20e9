using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Pds.Web.Pages.OAuth;

/// <summary>A request that waits no longer, or waits in another browser.</summary>
public sealed class ExpiredModel : PageModel
{
    public void OnGet() => Response.StatusCode = StatusCodes.Status400BadRequest;
}
