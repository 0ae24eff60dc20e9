using System.Security.Cryptography;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace Pds.Xrpc.Outgoing;

/// <summary>This server for itself: where it listens, and a word by which it knows its own calls.</summary>
public sealed class OwnServer(IServer server, IHostApplicationLifetime life)
{
    /// <summary>Bears the key; the name that clients with a key of the operator's use too.</summary>
    public const string Header = "x-ratelimit-bypass";

    /// <summary>Frees from rate limits, which count everything that comes from this machine as one client; new with every start.</summary>
    public string Key { get; } = RandomNumberGenerator.GetHexString(64, lowercase: true);

    /// <summary>The address for calls from this process; waits until the server listens.</summary>
    /// <exception cref="OperationCanceledException">The server stops.</exception>
    public async Task<Uri> GetAddressAsync(CancellationToken cancellationToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var start = life.ApplicationStarted.Register(() => started.TrySetResult());
        await started.Task.WaitAsync(cancellationToken);
        var addresses = server.Features.Get<IServerAddressesFeature>()!.Addresses.Select(BindingAddress.Parse).ToArray();
        var address = Array.Find(addresses, address => address.Scheme == Uri.UriSchemeHttp) ?? addresses[0];
        return new UriBuilder { Scheme = address.Scheme, Host = "localhost", Port = address.Port }.Uri;
    }
}
