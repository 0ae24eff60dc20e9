using System.Text.Json;

namespace Pds.Modules.Identity.Plc;

/// <summary>What an owner wants a DID to say; null for what shall stay.</summary>
public sealed record PlcFields(
    string[]? RotationKeys, string[]? AlsoKnownAs, JsonElement? VerificationMethods, JsonElement? Services);
