using Microsoft.AspNetCore.Mvc;
using Pds.Contracts.Identity;
using Pds.Web.Browsing;
using Pds.Xrpc;

namespace Pds.Web.Pages.Account;

/// <summary>Asked by the script of the handle field while somebody types.</summary>
public sealed class HandleAvailabilityModel : PersonPage
{
    public async Task<IActionResult> OnGetAsync(string? handle, string? domain)
    {
        if (!Request.Headers.ContainsKey(BrowserChecks.ScriptHeader))
        {
            return NotFound();
        }

        try
        {
            var full = HandleForm.Of(HttpContext.RequestServices, handle, domain).Full;
            var checkedHandle = await Bus.InvokeAsync<CheckedHandle>(new CheckNewHandle(full, null), Aborted);
            return new JsonResult(new { handle = checkedHandle.Handle.Value, problem = (string?)null });
        }
        catch (XrpcException refusal) when (refusal.Status < StatusCodes.Status500InternalServerError)
        {
            var (key, _) = Refusals.Of(refusal);
            return new JsonResult(new { handle = (string?)null, problem = key is null ? refusal.Message : Text(key) });
        }
    }
}
