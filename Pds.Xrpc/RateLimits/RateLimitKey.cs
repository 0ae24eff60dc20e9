namespace Pds.Xrpc;

/// <summary>By whom a method's points are counted.</summary>
public enum RateLimitKey
{
    /// <summary>The client's address; of IPv6 the network of 64 bits, which is one household's.</summary>
    Address,

    /// <summary>The caller's DID.</summary>
    Caller,
}
