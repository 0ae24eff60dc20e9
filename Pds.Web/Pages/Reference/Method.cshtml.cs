using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Pds.Web.Reference;
using Pds.Xrpc;

namespace Pds.Web.Pages.Reference;

/// <summary>One method.</summary>
[EnglishPage]
internal sealed class MethodModel(Lexicons lexicons, MethodAccess access, TypesInUse types) : PageModel
{
    [FromRoute]
    public string Nsid { get; set; } = "";

    public MethodDocument? Document { get; private set; }

    public bool IsServedHere => access.IsServedHere(Nsid);

    public AccessRule? Rule => access.RuleOf(Nsid);

    public string? Scope => access.ScopeOf(Nsid);

    public IReadOnlyList<(string Name, JsonElement Definition)> Types { get; private set; } = [];

    public void OnGet()
    {
        Document = lexicons.FindMethod(Nsid);
        if (Document is { } method)
        {
            Types = types.Of(method);
        }
        else
        {
            Response.StatusCode = StatusCodes.Status404NotFound;
        }
    }
}
