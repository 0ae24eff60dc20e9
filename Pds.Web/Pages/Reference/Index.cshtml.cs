using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Pds.Web.Reference;

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
        Found = [.. lexicons.Search(Words).GroupBy(method => method.Namespace)];
    }
}
