using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Pds.Xrpc;
using Yarp.ReverseProxy.Forwarder;

namespace Pds.Modules.Proxy.Forwarding;

/// <summary>One request to a service and its answer, between the two: which headers pass, and which answers are not passed on.</summary>
/// <param name="authorization">The account's token for the service.</param>
/// <param name="overlay">May replace the answer; null where it is passed on as it comes.</param>
internal sealed class UpstreamExchange(
    Upstream upstream, string method, string authorization, ProxyOptions options, AnswerOverlay? overlay) : HttpTransformer
{
    /// <summary>What the client is refused with; null where it got an answer.</summary>
    public XrpcException? Refusal { get; private set; }

    public override ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        RequestHeaders.Copy(httpContext, proxyRequest, overlay is null ? AnswerForm.AsAccepted
            : options.PreferCompressed ? AnswerForm.Compressed : AnswerForm.Plain);
        proxyRequest.Headers.TryAddWithoutValidation(HeaderNames.Authorization, authorization);

        // The method's name, not the path as it was written: what was checked is what is called.
        proxyRequest.RequestUri = new Uri($"{upstream.Origin}/xrpc/{method}{httpContext.Request.QueryString.Value}");
        return ValueTask.CompletedTask;
    }

    public override ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken) => proxyResponse switch
        {
            null => new(false),
            { IsSuccessStatusCode: false } => RefuseAsync(httpContext, proxyResponse, cancellationToken),
            _ when overlay is not null && ResponseHeaders.Find(proxyResponse, ResponseHeaders.RepoRev) is { } rev =>
                OverlayAsync(httpContext, proxyResponse, rev, cancellationToken),
            _ => new(PassOn(httpContext, proxyResponse)),
        };

    public override ValueTask TransformResponseTrailersAsync(
        HttpContext httpContext, HttpResponseMessage proxyResponse, CancellationToken cancellationToken) => default;

    private bool PassOn(HttpContext context, HttpResponseMessage answer)
    {
        var length = answer.Content.Headers.ContentLength;
        if (length > options.MaxResponseSize)
        {
            Refusal = XrpcErrors.UpstreamFailure("upstream response too large");
            return false;
        }

        ResponseHeaders.Copy(answer, context.Response, withContent: true);
        if (length is null)
        {
            answer.Content = new BoundedContent(answer.Content, options.MaxResponseSize);
        }

        return true;
    }

    private async ValueTask<bool> OverlayAsync(
        HttpContext context, HttpResponseMessage answer, string rev, CancellationToken cancellationToken)
    {
        if (await overlay!.FindAsync(context, rev, cancellationToken) is not { } local)
        {
            return PassOn(context, answer);
        }

        ReadOnlyMemory<byte> body;
        try
        {
            body = await UpstreamBody.ReadAsync(answer, options.MaxResponseSize, cancellationToken);
        }
        catch (InvalidDataException)
        {
            Refusal = XrpcErrors.UpstreamFailure("unable to decode upstream response");
            return false;
        }

        ResponseHeaders.Copy(answer, context.Response, withContent: true);
        context.Response.Headers.Remove(HeaderNames.ContentEncoding);
        await overlay.WriteAsync(context, body, local, cancellationToken);
        return false;
    }

    private async ValueTask<bool> RefuseAsync(
        HttpContext context, HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var status = (int)answer.StatusCode;
        var (error, message) = await UpstreamBody.ReadErrorAsync(answer, options.MaxResponseSize, cancellationToken);
        if (overlay is not null && error == "NotFound" && ResponseHeaders.Find(answer, ResponseHeaders.RepoRev) is { } rev
            && await overlay.ReplaceMissingAsync(context, rev, cancellationToken))
        {
            return false;
        }

        ResponseHeaders.Copy(answer, context.Response, withContent: false);
        Refusal = UpstreamRefusal.Of(status, error, message);
        return false;
    }
}
