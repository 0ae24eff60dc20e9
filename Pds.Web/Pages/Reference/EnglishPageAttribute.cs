using System.Globalization;
using Microsoft.AspNetCore.Mvc.Filters;

namespace Pds.Web.Pages.Reference;

/// <summary>The lexicons speak English, so the pages around them do, whatever the browser prefers.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class EnglishPageAttribute : Attribute, IAsyncResourceFilter
{
    public async Task OnResourceExecutionAsync(ResourceExecutingContext context, ResourceExecutionDelegate next)
    {
        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("en");
        await next();
    }
}
