using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;

namespace AtProto.Plc;

/// <summary>
/// Operations as JSON. Reading is strict: a member that is missing, doubled or unknown refuses the operation, since what is
/// signed is the whole object.
/// </summary>
internal static class PlcJson
{
    private static readonly JsonDocumentOptions ReadOptions = new() { MaxDepth = 8 };

    public static bool TryRead(ReadOnlySpan<byte> utf8Json, [NotNullWhen(true)] out PlcOperation? operation)
    {
        operation = null;
        try
        {
            using var document = JsonDocument.Parse(utf8Json.ToArray(), ReadOptions);
            return TryRead(document.RootElement, out operation);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    public static bool TryRead(JsonElement json, [NotNullWhen(true)] out PlcOperation? operation)
    {
        try
        {
            operation = Read(new Members(json));
            return true;
        }
        catch (PlcException)
        {
            operation = null;
            return false;
        }
    }

    public static void Write(PlcOperation operation, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        switch (operation)
        {
            case { Legacy: { } legacy }:
                writer.WriteString("type", "create");
                writer.WriteString("signingKey", legacy.SigningKey);
                writer.WriteString("recoveryKey", legacy.RecoveryKey);
                writer.WriteString("handle", legacy.Handle);
                writer.WriteString("service", legacy.Service);
                break;
            case { Data: { } data }:
                writer.WriteString("type", "plc_operation");
                WriteMembers(data, writer);
                break;
            default:
                writer.WriteString("type", "plc_tombstone");
                break;
        }

        writer.WriteString("prev", operation.Prev?.ToString());
        if (operation.Signature is not null)
        {
            writer.WriteString("sig", operation.Signature);
        }

        writer.WriteEndObject();
    }

    public static void WriteMembers(PlcData data, Utf8JsonWriter writer)
    {
        WriteList(writer, "rotationKeys", data.RotationKeys);
        writer.WriteStartObject("verificationMethods");
        foreach (var (name, key) in data.VerificationMethods)
        {
            writer.WriteString(name, key);
        }

        writer.WriteEndObject();
        WriteList(writer, "alsoKnownAs", data.AlsoKnownAs);
        writer.WriteStartObject("services");
        foreach (var (name, service) in data.Services)
        {
            writer.WriteStartObject(name);
            writer.WriteString("type", service.Type);
            writer.WriteString("endpoint", service.Endpoint);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    public static bool TryReadEntry(JsonElement json, [NotNullWhen(true)] out PlcLogEntry? entry)
    {
        try
        {
            entry = ReadEntry(new Members(json));
            return entry is not null;
        }
        catch (PlcException)
        {
            entry = null;
            return false;
        }
    }

    public static bool TryReadData(JsonElement json, [NotNullWhen(true)] out PlcData? data)
    {
        try
        {
            data = ReadData(new Members(json));
            return true;
        }
        catch (PlcException)
        {
            data = null;
            return false;
        }
    }

    private static PlcOperation Read(Members members)
    {
        var operation = Text(members.Take("type")) switch
        {
            "plc_operation" => new PlcOperation(
                PlcOperationKind.Operation, ReadData(members), null, Prev(members), Signature(members)),
            "plc_tombstone" => new PlcOperation(
                PlcOperationKind.Tombstone, null, null, Prev(members) ?? throw Wrong("prev"), Signature(members)),
            "create" => ReadCreate(members),
            _ => throw Wrong("type"),
        };
        members.End();
        return operation;
    }

    private static PlcOperation ReadCreate(Members members)
    {
        var create = new LegacyCreate(
            Text(members.Take("signingKey")),
            Text(members.Take("recoveryKey")),
            Text(members.Take("handle")),
            Text(members.Take("service")));
        return Prev(members) is null
            ? new PlcOperation(PlcOperationKind.LegacyCreate, create.ToData(), create, null, Signature(members))
            : throw Wrong("prev");
    }

    private static PlcLogEntry? ReadEntry(Members members)
    {
        var operation = Read(new Members(members.Take("operation")));
        var nullified = members.Take("nullified").ValueKind;
        return Did.TryParse(Text(members.Take("did")), out var did)
            && operation.Signature is not null
            && Text(members.Take("cid")) == operation.Cid.ToString()
            && nullified is JsonValueKind.True or JsonValueKind.False
            && DateTimeOffset.TryParseExact(
                Text(members.Take("createdAt")),
                PlcLogEntry.TimeFormat,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out var time)
            ? new PlcLogEntry(did, operation, nullified == JsonValueKind.True, time)
            : null;
    }

    private static PlcData ReadData(Members members) => new(
        Texts(members.Take("rotationKeys")),
        Map(members.Take("verificationMethods"), PlcData.NoVerificationMethods, Text),
        Texts(members.Take("alsoKnownAs")),
        Map(members.Take("services"), PlcData.NoServices, Service));

    private static PlcService Service(JsonElement json)
    {
        var members = new Members(json);
        var service = new PlcService(Text(members.Take("type")), Text(members.Take("endpoint")));
        members.End();
        return service;
    }

    private static ImmutableSortedDictionary<string, T> Map<T>(
        JsonElement json, ImmutableSortedDictionary<string, T> empty, Func<JsonElement, T> read)
    {
        var map = empty.ToBuilder();
        foreach (var (name, value) in new Members(json))
        {
            map.Add(name, read(value));
        }

        return map.ToImmutable();
    }

    private static ImmutableArray<string> Texts(JsonElement json) =>
        json.ValueKind == JsonValueKind.Array ? [.. json.EnumerateArray().Select(Text)] : throw Wrong("list");

    private static Cid? Prev(Members members)
    {
        var json = members.Take("prev");
        if (json.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return Cid.TryParse(Text(json), out var cid) ? cid : throw Wrong("prev");
    }

    private static string? Signature(Members members) => members.TryTake("sig", out var json) ? Text(json) : null;

    private static string Text(JsonElement json)
    {
        try
        {
            return json.ValueKind == JsonValueKind.String ? json.GetString()! : throw Wrong("text");
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair, which CBOR cannot hold.
            throw Wrong("text");
        }
    }

    private static void WriteList(Utf8JsonWriter writer, string name, ImmutableArray<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (var text in texts)
        {
            writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
    }

    private static PlcException Wrong(string what) => new($"Not a valid operation: {what}");

    /// <summary>The members of an object, taken one by one so that those left over show.</summary>
    private sealed class Members
    {
        private readonly Dictionary<string, JsonElement> _left = new(StringComparer.Ordinal);

        public Members(JsonElement json)
        {
            if (json.ValueKind != JsonValueKind.Object)
            {
                throw Wrong("not an object");
            }

            foreach (var member in json.EnumerateObject())
            {
                if (!_left.TryAdd(Name(member), member.Value))
                {
                    throw Wrong("a member stands twice");
                }
            }
        }

        public JsonElement Take(string name) => TryTake(name, out var value) ? value : throw Wrong($"{name} is missing");

        public bool TryTake(string name, out JsonElement value) => _left.Remove(name, out value);

        public void End()
        {
            if (_left.Count > 0)
            {
                throw Wrong($"unknown member {_left.Keys.First()}");
            }
        }

        public Dictionary<string, JsonElement>.Enumerator GetEnumerator() => _left.GetEnumerator();

        private static string Name(JsonProperty member)
        {
            try
            {
                return member.Name;
            }
            catch (InvalidOperationException)
            {
                throw Wrong("name");
            }
        }
    }
}
