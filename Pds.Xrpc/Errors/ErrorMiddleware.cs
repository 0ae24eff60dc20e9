using System.Buffers;
using System.Data.Common;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace Pds.Xrpc;

/// <summary>
/// The one place where a failure becomes an answer: what the protocol names as it is, what the framework refuses under the
/// protocol's name for its status, everything else as <c>InternalServerError</c> without details.
/// </summary>
internal sealed partial class ErrorMiddleware(RequestDelegate next, ILogger<ErrorMiddleware> logger)
{
    private static readonly JsonWriterOptions WriterOptions =
        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // Connections from before the database went away are found to be broken one after another.
    private const int MaxAttempts = 4;

    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await RunAsync(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client went away; there is no one to answer.
            return;
        }
        catch (Exception failure)
        {
            await AnswerAsync(context, failure);
            return;
        }

        var response = context.Response;
        if (response is { StatusCode: >= 400, HasStarted: false, ContentLength: null, ContentType: null })
        {
            var status = response.StatusCode;
            await WriteAsync(context, status, XrpcErrorNames.Of(status), XrpcErrorNames.MessageOf(status));
        }
    }

    /// <summary>A question is asked again where the database's connection broke over it; what changes something is not.</summary>
    private async Task RunAsync(HttpContext context)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await next(context);
                return;
            }
            catch (DbException failure) when (
                Outages.IsAway(failure) && attempt < MaxAttempts && HttpMethods.IsGet(context.Request.Method) && !context.Response.HasStarted)
            {
                Log.AskingAgain(logger, context.Request.Path, failure.Message);
                RemoveContent(context.Response);
                context.Response.StatusCode = StatusCodes.Status200OK;
            }
        }
    }

    private Task AnswerAsync(HttpContext context, Exception failure)
    {
        var refusal = failure switch
        {
            XrpcException named => named,
            BadHttpRequestException bad => BadRequests.Explain(bad),
            _ => null,
        };

        if (refusal is null)
        {
            refusal = Explain(context, failure);
        }

        if (context.Response.HasStarted)
        {
            // Part of an answer is out: only a broken connection tells the client that the rest is missing.
            context.Abort();
            return Task.CompletedTask;
        }

        if (refusal.RetryAfter is { } wait)
        {
            context.Response.Headers.RetryAfter = RetryAfter.Seconds(wait);
        }

        return WriteAsync(context, refusal.Status, refusal.Error, refusal.Message);
    }

    // An outage is one line for each request that met it: where it happened says nothing.
    private XrpcException Explain(HttpContext context, Exception failure)
    {
        if (Outages.Explain(failure) is { } outage)
        {
            Log.Away(logger, context.Request.Method, context.Request.Path, failure.Message);
            return XrpcErrors.ComeBack(context, outage);
        }

        Log.Unhandled(logger, failure, context.Request.Method, context.Request.Path);
        return new XrpcException(500, "InternalServerError", "Internal Server Error");
    }

    private static async Task WriteAsync(HttpContext context, int status, string error, string message)
    {
        XrpcTelemetry.CountRefusal(error, status);
        var body = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(body, WriterOptions))
        {
            json.WriteStartObject();
            json.WriteString("error"u8, error);
            json.WriteString("message"u8, message);
            json.WriteEndObject();
        }

        var response = context.Response;
        RemoveContent(response);
        response.StatusCode = status;
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = body.WrittenCount;
        await response.Body.WriteAsync(body.WrittenMemory, context.RequestAborted);
    }

    // Who may read the answer, and what browsers make of it, was said before the method was asked, and stays.
    private static void RemoveContent(HttpResponse response)
    {
        response.Headers.Remove(HeaderNames.ContentType);
        response.Headers.Remove(HeaderNames.ContentLength);
        response.Headers.Remove(HeaderNames.ContentEncoding);
        response.Headers.Remove(HeaderNames.ETag);
        response.Headers.Remove(HeaderNames.ContentDisposition);
        response.Headers.Remove(HeaderNames.CacheControl);
        response.Headers.Remove(HeaderNames.AcceptRanges);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "{Path} lost the database and asks again: {Reason}")]
        public static partial void AskingAgain(ILogger logger, PathString path, string reason);

        [LoggerMessage(Level = LogLevel.Warning, Message = "{Method} {Path} was refused: {Reason}")]
        public static partial void Away(ILogger logger, string method, PathString path, string reason);

        [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
        public static partial void Unhandled(ILogger logger, Exception failure, string method, PathString path);
    }
}
