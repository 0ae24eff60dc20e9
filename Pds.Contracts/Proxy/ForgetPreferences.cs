using AtProto;

namespace Pds.Contracts.Proxy;

/// <summary>Removes what an account that is no more had set up for its apps.</summary>
public sealed record ForgetPreferences(Did Did);
