using AtProto.Crypto;

namespace AtProto.Plc;

/// <summary>
/// What the public directory takes besides the rules of the log: limits on an incoming operation. Logs written before a
/// limit existed may exceed it. Source: the directory's constraints of 2026, tighter than the specification's text.
/// </summary>
public static class PlcDirectoryRules
{
    /// <summary>The largest signed operation, in bytes of CBOR.</summary>
    public const int MaxOperationBytes = 4000;

    /// <summary>The largest number of rotation keys, of other names, of services and of verification methods.</summary>
    public const int MaxEntries = 10;

    /// <summary>The longest entry of alsoKnownAs: a handle with its <c>at://</c>, in characters.</summary>
    public const int MaxAlsoKnownAsLength = 258;

    /// <summary>The longest name of a service or verification method, in characters.</summary>
    public const int MaxNameLength = 32;

    /// <summary>The longest type of a service, in characters.</summary>
    public const int MaxServiceTypeLength = 256;

    /// <summary>The longest endpoint of a service, in characters.</summary>
    public const int MaxServiceEndpointLength = 512;

    /// <summary>The longest key of a verification method, in characters.</summary>
    public const int MaxKeyLength = 256;

    /// <summary>Says why the directory would refuse a signed operation on sight; null when it would not.</summary>
    /// <param name="operation">The operation.</param>
    /// <exception cref="InvalidOperationException">The operation is unsigned.</exception>
    public static string? FindFault(PlcOperation operation) => operation switch
    {
        _ when operation.EncodeSigned().Length > MaxOperationBytes =>
            $"Operation too large ({MaxOperationBytes} bytes maximum in cbor encoding)",
        { Kind: PlcOperationKind.LegacyCreate } => "Not a valid operation: operations of type create are no longer taken",
        { Data: { } data } => FindFault(data),
        _ => null,
    };

    private static string? FindFault(PlcData data) =>
        FindAlsoKnownAsFault(data) ?? FindRotationKeyFault(data) ?? FindServiceFault(data) ?? FindVerificationMethodFault(data);

    private static string? FindAlsoKnownAsFault(PlcData data)
    {
        if (data.AlsoKnownAs.Length > MaxEntries)
        {
            return $"Too many alsoKnownAs entries (max {MaxEntries})";
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in data.AlsoKnownAs)
        {
            if (name.Length > MaxAlsoKnownAsLength)
            {
                return $"alsoKnownAs entry too long (max {MaxAlsoKnownAsLength}): {name}";
            }

            if (!seen.Add(name))
            {
                return $"duplicate alsoKnownAs entry: {name}";
            }
        }

        return null;
    }

    private static string? FindRotationKeyFault(PlcData data)
    {
        if (data.RotationKeys.Length > MaxEntries)
        {
            return $"Too many rotationKey entries (max {MaxEntries})";
        }

        foreach (var key in data.RotationKeys)
        {
            if (!PublicKey.TryParseDidKey(key, out _))
            {
                return $"Invalid rotationKey: {key}";
            }
        }

        return null;
    }

    private static string? FindServiceFault(PlcData data)
    {
        if (data.Services.Count > MaxEntries)
        {
            return $"Too many service entries (max {MaxEntries})";
        }

        foreach (var (name, service) in data.Services)
        {
            if (name.Length > MaxNameLength)
            {
                return $"Service id too long (max {MaxNameLength}): {name}";
            }

            if (service.Type.Length > MaxServiceTypeLength)
            {
                return $"Service type too long (max {MaxServiceTypeLength})";
            }

            if (service.Endpoint.Length > MaxServiceEndpointLength)
            {
                return $"Service endpoint too long (max {MaxServiceEndpointLength})";
            }
        }

        return null;
    }

    private static string? FindVerificationMethodFault(PlcData data)
    {
        if (data.VerificationMethods.Count > MaxEntries)
        {
            return $"Too many Verification Method entries (max {MaxEntries})";
        }

        foreach (var (name, key) in data.VerificationMethods)
        {
            if (name.Length > MaxNameLength)
            {
                return $"Verification Method id too long (max {MaxNameLength}): {name}";
            }

            if (key.Length > MaxKeyLength)
            {
                return $"Verification Method key too long (max {MaxKeyLength}): {key}";
            }

            // Any kind of key may be listed, so only its spelling is judged.
            if (!key.StartsWith("did:key:z", StringComparison.Ordinal) || !Base58.TryDecode(key.AsSpan(9), out _))
            {
                return $"Invalid verificationMethod key: {key}";
            }
        }

        return null;
    }
}
