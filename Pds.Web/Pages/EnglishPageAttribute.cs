using System.Globalization;
using Microsoft.AspNetCore.Mvc.Filters;

namespace Pds.Web.Pages;

/// <summary>A page that is in English whatever the browser prefers: the lexicons speak it, and the console for administrators does.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class EnglishPageAttribute : Attribute, IAsyncResourceFilter
{
    public async Task OnResourceExecutionAsync(ResourceExecutingContext context, ResourceExecutionDelegate next)
    {
        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("en");
        await next();
    }
}
