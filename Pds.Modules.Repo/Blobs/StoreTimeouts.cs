using Pds.Xrpc;

namespace Pds.Modules.Repo.Blobs;

/// <summary>A store over the network that does not answer in time is told apart from a caller who went away.</summary>
internal static class StoreTimeouts
{
    /// <exception cref="XrpcException"><c>UpstreamTimeout</c>.</exception>
    public static async Task<T> NameAsync<T>(Task<T> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call;
        }
        catch (Exception failure) when (IsTimeout(failure) && !cancellationToken.IsCancellationRequested)
        {
            throw XrpcErrors.UpstreamTimeout();
        }
    }

    // The client of one store throws what ended its last try, that of another all of them.
    private static bool IsTimeout(Exception failure) =>
        failure is OperationCanceledException or TimeoutException
        || (failure is AggregateException several && several.InnerExceptions.All(IsTimeout));
}
