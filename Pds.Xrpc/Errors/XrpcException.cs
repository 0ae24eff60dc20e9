namespace Pds.Xrpc;

/// <summary>A refusal that the protocol names. Thrown where it is known, answered as <c>{error, message}</c> in one place.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="error">The name that clients match on.</param>
/// <param name="message">Shown to people; never holds a secret.</param>
public sealed class XrpcException(int status, string error, string message) : Exception(message)
{
    public int Status { get; } = status;

    public string Error { get; } = error;

    /// <summary>When it is worth asking again, for <c>Retry-After</c>; null where nobody can tell.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
