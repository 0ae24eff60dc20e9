using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using AtProto;
using AtProto.Data;
using Pds.Contracts.Repo;

namespace Pds.Modules.Proxy.ReadAfterWrite;

/// <summary>A record that the AppView has not seen yet, as views show it.</summary>
internal sealed record LocalRecord(string Uri, string Cid, DateTimeOffset WrittenAt, JsonObject Value)
{
    /// <summary>When it was written, as the AppView would say when it saw it.</summary>
    public string IndexedAt { get; } = WrittenAt.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>The post that it answers; null when it answers none.</summary>
    public string? ParentUri => Text("reply", "parent", "uri");

    /// <summary>The post that began the thread; null when it answers none.</summary>
    public string? RootUri => Text("reply", "root", "uri");

    public static LocalRecord Read(Did did, Nsid collection, RecentRecord record) => new(
        new AtUri(did, collection, record.Rkey).Value,
        record.Cid.ToString(),
        DateTimeOffset.UnixEpoch.AddMicroseconds(record.Rev.Microseconds),
        ReadValue(record.Value.Span));

    public static JsonObject ReadValue(ReadOnlySpan<byte> cbor)
    {
        var buffer = new ArrayBufferWriter<byte>(cbor.Length * 2);
        using (var json = new Utf8JsonWriter(buffer))
        {
            DataModel.WriteJson(cbor, json);
        }

        return JsonNode.Parse(buffer.WrittenSpan)!.AsObject();
    }

    private string? Text(params ReadOnlySpan<string> path)
    {
        JsonNode? node = Value;
        foreach (var name in path)
        {
            node = (node as JsonObject)?[name];
        }

        return (string?)(node as JsonValue);
    }
}
