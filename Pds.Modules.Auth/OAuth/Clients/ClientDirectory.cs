namespace Pds.Modules.Auth.OAuth.Clients;

/// <summary>Finds apps by their client ids.</summary>
internal sealed class ClientDirectory
{
    private const int MaxIdLength = 2048;

    private readonly BoundedCache<OAuthClient> _known = new(1024);

    /// <exception cref="OAuthException">There is no such app, or its metadata is not good.</exception>
    public Task<OAuthClient> GetAsync(string clientId, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (clientId.Length > MaxIdLength)
        {
            throw OAuthException.InvalidClientId("The client id is too long");
        }

        if (!_known.TryGet(clientId, out var client))
        {
            client = LoopbackClient.IsLoopback(clientId)
                ? LoopbackClient.Read(clientId)
                : throw OAuthException.InvalidClientMetadata("Unable to obtain client metadata");
            _known.Add(clientId, client);
        }

        return Task.FromResult(client);
    }
}
