using AtProto.Cbor;

namespace AtProto.Plc;

/// <summary>Operations as canonical DAG-CBOR. Keys stand in canonical order: by length, then by bytes.</summary>
internal static class PlcCbor
{
    public static byte[] Encode(PlcOperation operation, bool withSignature)
    {
        using var writer = new CborWriter();
        var signature = withSignature ? operation.Signature : null;
        var members = operation.Kind switch
        {
            PlcOperationKind.Operation => 6,
            PlcOperationKind.Tombstone => 2,
            _ => 6,
        };
        writer.WriteMapHeader(signature is null ? members : members + 1);
        if (signature is not null)
        {
            writer.WriteText("sig"u8);
            writer.WriteText(signature);
        }

        writer.WriteText("prev"u8);
        if (operation.Prev is { } prev)
        {
            writer.WriteText(prev.ToString());
        }
        else
        {
            writer.WriteNull();
        }

        writer.WriteText("type"u8);
        switch (operation)
        {
            case { Legacy: { } legacy }:
                WriteCreate(writer, legacy);
                break;
            case { Data: { } data }:
                WriteData(writer, data);
                break;
            default:
                writer.WriteText("plc_tombstone"u8);
                break;
        }

        return writer.WrittenSpan.ToArray();
    }

    private static void WriteData(CborWriter writer, PlcData data)
    {
        writer.WriteText("plc_operation"u8);
        writer.WriteText("services"u8);
        writer.WriteMapHeader(data.Services.Count);
        foreach (var (name, service) in data.Services)
        {
            writer.WriteText(name);
            writer.WriteMapHeader(2);
            writer.WriteText("type"u8);
            writer.WriteText(service.Type);
            writer.WriteText("endpoint"u8);
            writer.WriteText(service.Endpoint);
        }

        writer.WriteText("alsoKnownAs"u8);
        WriteList(writer, data.AlsoKnownAs.AsSpan());
        writer.WriteText("rotationKeys"u8);
        WriteList(writer, data.RotationKeys.AsSpan());
        writer.WriteText("verificationMethods"u8);
        writer.WriteMapHeader(data.VerificationMethods.Count);
        foreach (var (name, key) in data.VerificationMethods)
        {
            writer.WriteText(name);
            writer.WriteText(key);
        }
    }

    private static void WriteCreate(CborWriter writer, LegacyCreate create)
    {
        writer.WriteText("create"u8);
        writer.WriteText("handle"u8);
        writer.WriteText(create.Handle);
        writer.WriteText("service"u8);
        writer.WriteText(create.Service);
        writer.WriteText("signingKey"u8);
        writer.WriteText(create.SigningKey);
        writer.WriteText("recoveryKey"u8);
        writer.WriteText(create.RecoveryKey);
    }

    private static void WriteList(CborWriter writer, ReadOnlySpan<string> texts)
    {
        writer.WriteArrayHeader(texts.Length);
        foreach (var text in texts)
        {
            writer.WriteText(text);
        }
    }
}
