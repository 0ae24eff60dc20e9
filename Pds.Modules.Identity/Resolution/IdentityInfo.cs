using System.Text.Json;
using AtProto;

namespace Pds.Modules.Identity.Resolution;

/// <summary>An identity as <c>com.atproto.identity.defs#identityInfo</c> has it.</summary>
/// <param name="Handle"><see cref="AtProto.Handle.Invalid"/> when handle and DID do not lead to each other.</param>
public sealed record IdentityInfo(Did Did, Handle Handle, JsonElement DidDoc);
