namespace Pds.Modules.Moving.Engine;

/// <summary>What the document of a did:web has to say for its account to live at the new server.</summary>
/// <param name="AlsoKnownAs">The first entry of <c>alsoKnownAs</c>.</param>
/// <param name="PublicKeyMultibase">Of the verification method <c>#atproto</c>, type <c>Multikey</c>.</param>
/// <param name="ServiceEndpoint">Of the service <c>#atproto_pds</c>, type <c>AtprotoPersonalDataServer</c>.</param>
public sealed record WantedDocument(string AlsoKnownAs, string PublicKeyMultibase, string ServiceEndpoint);
