using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.ViewFeatures;
using Pds.Web.Configuration;
using Pds.Xrpc;

namespace Pds.Web.Browsing;

/// <summary>Shows a failure to a person as a page that helps, where a program would be told in JSON.</summary>
internal sealed partial class PageErrors(RequestDelegate next, ILogger<PageErrors> logger)
{
    private const string View = "/Pages/Shared/Problem.cshtml";

    public async Task InvokeAsync(HttpContext context)
    {
        if (!IsForPerson(context.Request))
        {
            await next(context);
            return;
        }

        Problem? problem = null;
        try
        {
            await next(context);
        }
        catch (XrpcException refusal) when (!context.Response.HasStarted)
        {
            problem = Problem.Of(refusal);
        }
        catch (BadHttpRequestException bad) when (!context.Response.HasStarted)
        {
            problem = Problem.Of(bad.StatusCode);
        }
        catch (Exception failure) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            Log.Unhandled(logger, failure, context.Request.Method, context.Request.Path);
            problem = Outages.Explain(failure) is { } outage
                ? Problem.Of(XrpcErrors.ComeBack(context, outage))
                : Problem.Of(StatusCodes.Status500InternalServerError);
        }

        var response = context.Response;
        if (problem is null && response is { StatusCode: >= 400, HasStarted: false, ContentLength: null, ContentType: null })
        {
            problem = Problem.Of(response.StatusCode);
        }

        if (problem is not null)
        {
            await ShowAsync(context, problem);
        }
    }

    /// <summary>Answers with the page of a problem.</summary>
    public static Task ShowAsync(HttpContext context, Problem problem)
    {
        XrpcTelemetry.CountRefusal(problem.Name ?? XrpcErrorNames.Of(problem.Status), problem.Status);
        PageSecurity.Apply(context);
        context.Response.StatusCode = problem.Status;
        var action = new ActionContext(context, new RouteData(), new ActionDescriptor());
        var data = new ViewDataDictionary<Problem>(
            context.RequestServices.GetRequiredService<IModelMetadataProvider>(), new ModelStateDictionary()) { Model = problem };
        return new ViewResult { ViewName = View, ViewData = data }.ExecuteResultAsync(action);
    }

    private static bool IsForPerson(HttpRequest request) =>
        (HttpMethods.IsGet(request.Method) || HttpMethods.IsPost(request.Method))
        && !request.Headers.ContainsKey(BrowserChecks.ScriptHeader)
        && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
        public static partial void Unhandled(ILogger logger, Exception failure, string method, PathString path);
    }
}
