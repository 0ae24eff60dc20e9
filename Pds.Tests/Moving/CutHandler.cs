namespace Pds.Tests.Moving;

/// <summary>Ends a run as a crash would: before a call is sent, or when it is done and nobody has heard of it.</summary>
internal sealed class CutHandler(Queue<(string Method, bool IsDone)> cuts) : DelegatingHandler(
    new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false })
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var isNext = cuts.TryPeek(out var cut) && request.RequestUri!.AbsolutePath == $"/xrpc/{cut.Method}";
        if (isNext && !cut.IsDone)
        {
            cuts.Dequeue();
            throw new CutException();
        }

        var answer = await base.SendAsync(request, cancellationToken);
        if (isNext)
        {
            answer.Dispose();
            cuts.Dequeue();
            throw new CutException();
        }

        return answer;
    }
}

/// <summary>No failure that a move knows of.</summary>
internal sealed class CutException() : Exception("The run was cut");
