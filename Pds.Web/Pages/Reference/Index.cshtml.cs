using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Pds.Web.Reference;
using Pds.Xrpc;

namespace Pds.Web.Pages.Reference;

/// <summary>All methods, or those that a search finds.</summary>
[EnglishPage]
internal sealed class IndexModel(Lexicons lexicons, MethodAccess access) : PageModel
{
    [FromQuery(Name = "q")]
    public string? Words { get; set; }

    public int Count => Found.Sum(group => group.Count());

    public IReadOnlyList<IGrouping<string, MethodDocument>> Found { get; private set; } = [];

    public bool IsServedHere(string nsid) => access.IsServedHere(nsid);

    public void OnGet()
    {
        // Routing takes no notice of a last slash, but after one the protocol expects the name of a method.
        if (Request.Path.Value!.EndsWith('/'))
        {
            throw XrpcErrors.InvalidRequest("invalid xrpc path");
        }

        Found = [.. lexicons.Search(Words).GroupBy(method => method.Namespace)];
    }
}
