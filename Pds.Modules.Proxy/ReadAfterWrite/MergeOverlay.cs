using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using AtProto;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pds.Contracts.Repo;
using Pds.Modules.Proxy.Forwarding;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Modules.Proxy.ReadAfterWrite;

/// <summary>
/// Lays what an account has just written over the AppView's answer, until the AppView has seen it. Where that fails, the answer
/// stays as it came.
/// </summary>
internal sealed partial class MergeOverlay(
    IMerge merge, Images images, EmbedViews embeds, TimeProvider time, ILogger<MergeOverlay> logger) : AnswerOverlay
{
    private static readonly JsonWriterOptions Plain =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = AppViewReader.Deep.MaxDepth };

    public override async ValueTask<RecentRecords?> FindAsync(
        HttpContext context, string rev, CancellationToken cancellationToken)
    {
        if (!Tid.TryParse(rev, out var since))
        {
            return null;
        }

        try
        {
            return await context.RequestServices.GetRequiredService<IMessageBus>().InvokeAsync<RecentRecords?>(
                new ReadRecentRecords(Caller.Of(context)!.Did, since), cancellationToken);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            Log.Failed(logger, failure, context.Request.Path);
            return null;
        }
    }

    public override async Task WriteAsync(
        HttpContext context, ReadOnlyMemory<byte> body, RecentRecords local, CancellationToken cancellationToken)
    {
        var merged = await TryAsync(context, async () =>
        {
            var view = new LocalView(context, Caller.Of(context)!.Did, local, images, embeds);
            var answer = JsonNode.Parse(body.Span, documentOptions: AppViewReader.Deep) as JsonObject
                ?? throw new InvalidDataException("It is no JSON object.");
            await merge.MergeAsync(answer, view, cancellationToken);
            return Encode(context, answer, view);
        });
        await SendAsync(context, merged ?? body, cancellationToken);
    }

    public override async Task<bool> ReplaceMissingAsync(HttpContext context, string rev, CancellationToken cancellationToken)
    {
        if (merge is not IReplaceMissing replace || await FindAsync(context, rev, cancellationToken) is not { } local)
        {
            return false;
        }

        var body = await TryAsync(context, async () =>
        {
            var view = new LocalView(context, Caller.Of(context)!.Did, local, images, embeds);
            return await replace.ReplaceAsync(view, cancellationToken) is { } answer
                ? Encode(context, answer, view)
                : null;
        });
        if (body is not { } found)
        {
            return false;
        }

        context.Response.StatusCode = StatusCodes.Status200OK;
        context.Response.ContentType = "application/json; charset=utf-8";
        await SendAsync(context, found, cancellationToken);
        return true;
    }

    private ReadOnlyMemory<byte>? Encode(HttpContext context, JsonObject answer, LocalView view)
    {
        var buffer = new ArrayBufferWriter<byte>(16 * 1024);
        using (var json = new Utf8JsonWriter(buffer, Plain))
        {
            answer.WriteTo(json);
        }

        if (view.Oldest is { } oldest)
        {
            var lag = (long)(time.GetUtcNow() - oldest).TotalMilliseconds;
            context.Response.Headers["Atproto-Upstream-Lag"] = lag.ToString(CultureInfo.InvariantCulture);
        }

        return buffer.WrittenMemory;
    }

    private async Task<ReadOnlyMemory<byte>?> TryAsync(HttpContext context, Func<Task<ReadOnlyMemory<byte>?>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception failure) when (failure is InvalidDataException or JsonException)
        {
            // Seen before, and no bug of ours: a line will do.
            Log.Unreadable(logger, context.Request.Path, failure.Message);
            return null;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // What a service sends may have any shape, and a view may lack whatever this expects of it.
            Log.Failed(logger, failure, context.Request.Path);
            return null;
        }
    }

    private static async Task SendAsync(HttpContext context, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        context.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(body, cancellationToken);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Nothing could be merged into the answer of {Path}")]
        public static partial void Failed(ILogger logger, Exception failure, PathString path);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The answer of {Path} is passed on as it came: {Reason}")]
        public static partial void Unreadable(ILogger logger, PathString path, string reason);
    }
}
