using AtProto;

namespace Pds.Contracts.Identity;

/// <summary>Asks whose handles contain a text; answered with a list of their DIDs, those whose handles begin with it first.</summary>
/// <param name="Words">In lower case.</param>
public sealed record FindHandles(string Words, int Limit);

/// <summary>Asks for the local identities of accounts; answered with a list of <see cref="LocalIdentity"/>, in no order.</summary>
public sealed record ListIdentities(IReadOnlyList<Did> Dids);
