using AtProto;

namespace Pds.Modules.Moving.Engine;

/// <summary>Finds where an account lives.</summary>
public static class ServerFinder
{
    /// <summary>The address of the account's server by its DID document.</summary>
    /// <param name="identifier">A handle or a DID.</param>
    /// <param name="resolver">A server to ask for the DID of a handle.</param>
    /// <exception cref="MoveException">It cannot be found.</exception>
    public static async Task<Uri> FindAsync(
        string identifier, ServerClient resolver, PlcDirectory directory, CancellationToken cancellationToken)
    {
        var did = await FindDidAsync(identifier.Trim().TrimStart('@'), resolver, cancellationToken);
        var document = await directory.FindDocumentAsync(did, cancellationToken);
        return document?.PdsEndpoint is { } endpoint && Uri.TryCreate(endpoint, UriKind.Absolute, out var address)
            ? address
            : throw new MoveException($"{identifier} names no server") { Error = "ServerNotFound" };
    }

    private static async Task<Did> FindDidAsync(string identifier, ServerClient resolver, CancellationToken cancellationToken)
    {
        if (Did.TryParse(identifier, out var did))
        {
            return did;
        }

        try
        {
            if (Handle.TryParse(identifier.ToLowerInvariant(), out var handle)
                && Did.TryParse(
                    (await resolver.QueryAsync("com.atproto.identity.resolveHandle", cancellationToken, ("handle", handle.Value))).TextOrNull("did"),
                    out did))
            {
                return did;
            }
        }
        catch (MoveException refusal) when (refusal is { Error: not null, RetryAfter: null })
        {
            // Said below in other words.
        }

        throw new MoveException($"{identifier} cannot be found; say which server it is at") { Error = "ServerNotFound" };
    }
}
