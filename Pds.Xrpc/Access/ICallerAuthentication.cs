using Microsoft.AspNetCore.Http;

namespace Pds.Xrpc;

/// <summary>
/// Where authentication plugs in: the module that reads tokens registers one. It is asked for methods that name a policy of
/// <see cref="Access"/>, and whether the kind of credentials suffices is decided after it, in this library.
/// </summary>
public interface ICallerAuthentication
{
    /// <summary>Reads the <c>Authorization</c> header.</summary>
    /// <param name="rule">That of the method.</param>
    /// <returns>The caller; null without the header.</returns>
    /// <exception cref="XrpcException">The credentials are no good: what the client gets.</exception>
    ValueTask<Caller?> ReadAsync(HttpContext context, AccessRule rule);
}
