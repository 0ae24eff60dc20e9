using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;

namespace AtProto.Plc;

/// <summary>One operation as the directory keeps it. Source: did:plc specification, "Audit log".</summary>
/// <param name="Did">Whose log it is in.</param>
/// <param name="Operation">The signed operation.</param>
/// <param name="Nullified">Whether a recovery took it out of history.</param>
/// <param name="CreatedAt">When the directory took it, to the millisecond.</param>
public sealed record PlcLogEntry(Did Did, PlcOperation Operation, bool Nullified, DateTimeOffset CreatedAt)
{
    internal const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    /// <summary>Parses an entry; false when it is none, or when its CID is not the operation's.</summary>
    /// <param name="json">The object.</param>
    /// <param name="entry">The entry.</param>
    public static bool TryParse(JsonElement json, [NotNullWhen(true)] out PlcLogEntry? entry) => PlcJson.TryReadEntry(json, out entry);

    /// <summary>Writes the entry as the directory's audit log prints it, or as its numbered export does.</summary>
    /// <param name="writer">Receives one object.</param>
    /// <param name="seq">The number in the export, which does not tell what is nullified; null for the audit log.</param>
    public void WriteTo(Utf8JsonWriter writer, long? seq = null)
    {
        writer.WriteStartObject();
        writer.WriteString("did", Did.Value);
        writer.WritePropertyName("operation");
        Operation.WriteTo(writer);
        writer.WriteString("cid", Operation.Cid.ToString());
        if (seq is null)
        {
            writer.WriteBoolean("nullified", Nullified);
        }

        writer.WriteString("createdAt", CreatedAt.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture));
        if (seq is not null)
        {
            writer.WriteString("type", "sequenced_op");
            writer.WriteNumber("seq", seq.Value);
        }

        writer.WriteEndObject();
    }
}
