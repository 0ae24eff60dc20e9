using Pds.Web.Configuration;
using Pds.Web.Reference;
using Pds.Xrpc;
using Scalar.AspNetCore;

namespace Pds.Web.Endpoints;

/// <summary>What tools read about the methods; on a developer's machine also a page to try them on.</summary>
internal static class ReferenceEndpoints
{
    public static void AddReference(this WebApplicationBuilder builder) => builder.Services
        .AddSingleton<Lexicons>().AddSingleton<TypesInUse>().AddSingleton<MethodAccess>().AddSingleton<OpenApiDocument>();

    public static void MapReference(this WebApplication app)
    {
        app.MapGet("/openapi.json", (OpenApiDocument document, HttpContext context) =>
        {
            context.Response.Headers.CacheControl = "public, max-age=300";
            return Results.Bytes(document.Json, "application/json; charset=utf-8");
        });
        if (app.Environment.IsDevelopment() || app.Services.GetRequiredService<ServiceOptions>().DevMode)
        {
            // Its script and styles come out of the package; its fonts, its assistant and its statistics stay away.
            app.MapScalarApiReference("/docs", static options => options
                    .WithTitle("API")
                    .WithOpenApiRoutePattern("/openapi.json")
                    .DisableDefaultFonts().DisableTelemetry().DisableAgent().DisableMcp().HideClientButton().HideDeveloperTools()
                    .WithNonce())
                .WithScalarSecurity();
        }
    }

    private static void WithScalarSecurity<TBuilder>(this TBuilder pages) where TBuilder : IEndpointConventionBuilder =>
        pages.Finally(endpoint =>
        {
            if (endpoint.RequestDelegate is { } page)
            {
                endpoint.RequestDelegate = context =>
                {
                    context.Response.OnStarting(() =>
                    {
                        PageSecurity.ApplyToScripted(context, (string?)context.Items[ScalarOptions.NonceHttpContextItemKey]);
                        return Task.CompletedTask;
                    });
                    return page(context);
                };
            }
        });
}
