using System.Text.Json;
using AtProto.Data;

namespace Pds.Tests.Fuzzing.Targets;

/// <summary>What checks have in common.</summary>
internal static class Checks
{
    /// <summary>Runs what may throw an exception that it documents.</summary>
    public static bool Accepts<TRefusal>(Action act)
        where TRefusal : Exception
    {
        try
        {
            act();
            return true;
        }
        catch (TRefusal)
        {
            return false;
        }
    }

    public static byte[] ToJson(ReadOnlySpan<byte> cbor)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            DataModel.WriteJson(cbor, json);
        }

        return stream.ToArray();
    }

    /// <summary>A document, or null where it is none.</summary>
    public static JsonDocument? TryParse(byte[] json)
    {
        try
        {
            return JsonDocument.Parse(json);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
