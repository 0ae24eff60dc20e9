using Microsoft.AspNetCore.Http;
using Pds.Xrpc;

namespace Pds.Modules.Repo.Firehose;

/// <summary>How many consumers follow the stream of this process; one too many is told to come back.</summary>
internal sealed class SubscriberCount(LoadOptions options)
{
    private int _count;

    /// <summary>Takes a place, to be given back by disposing of it.</summary>
    /// <exception cref="XrpcException"><c>NotEnoughResources</c>: there is none.</exception>
    public Place Take(HttpContext http)
    {
        if (Interlocked.Increment(ref _count) > options.MaxSubscribers)
        {
            Interlocked.Decrement(ref _count);
            throw XrpcErrors.Overloaded(http);
        }

        return new Place(this);
    }

    public readonly struct Place(SubscriberCount count) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref count._count);
    }
}
