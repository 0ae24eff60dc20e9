using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pds.Tests.Repo.Model;

namespace Pds.Tests.Fuzzing.Forms;

/// <summary>JSON, changed as the tree that it is.</summary>
/// <param name="words">Names and texts that mean something to the reader.</param>
internal sealed class JsonForm(params string[] words) : IFuzzForm
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 256 };

    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 256 };

    private static readonly string[] Telling =
    [
        "null", "true", "0", "-0", "-1", "1.5", "1e400", "9007199254740991", "9007199254740993", "-9223372036854775809", "1e3", "\"\"", "[]", "{}", "[[]]",
        "{\"$link\":\"bafyreie5737gdxlw5i64vzichcalba3z2v5n6icifvx5xytvske7mr3hpm\"}", "{\"$bytes\":\"AAECAw\"}", "{\"$bytes\":\"=\"}", "{\"$type\":\"\"}",
        "{\"$type\":\"blob\",\"ref\":{\"$link\":\"bafkreibjfgx2gprinfvicegelk5kosd6y2frmqpqzwqkg7usac74l3t2v4\"},\"mimeType\":\"a/b\",\"size\":1}",
        "{\"cid\":\"bafkreibjfgx2gprinfvicegelk5kosd6y2frmqpqzwqkg7usac74l3t2v4\",\"mimeType\":\"a/b\"}", "\"2026-01-01T00:00:00Z\"",
    ];

    // Only as raw text: half a character, an escape of an ASCII letter, bytes that are no UTF-8.
    private static readonly byte[][] Raw =
        [[.. "\\ud800"u8], [.. "\\udc00"u8], [.. "\\u0000"u8], [.. "\\u0061"u8], [.. "\\/"u8], [0xff], [0xed, 0xa0, 0x80], [0xc3], [.. "\ufeff"u8], [.. "👩‍👩‍👧"u8]];

    public byte[] Mutate(byte[] input, IReadOnlyList<byte[]> others, Dice dice)
    {
        if (dice.Next(5) == 0 || TryParse(input) is not { } root)
        {
            return dice.Next(3) == 0 ? InsertRaw(input, dice) : BytesForm.Instance.Mutate(input, others, dice);
        }

        try
        {
            for (var left = 1 + dice.Next(3); left > 0; left--)
            {
                Change(root, others, dice);
            }

            var json = Encoding.UTF8.GetBytes(root.ToJsonString(Relaxed));
            return dice.Next(6) == 0 ? InsertRaw(json, dice) : json;
        }
        catch (InvalidOperationException)
        {
            // There is text in it that is none, which can be changed as bytes only.
            return BytesForm.Instance.Mutate(input, others, dice);
        }
    }

    private void Change(JsonNode root, IReadOnlyList<byte[]> others, Dice dice)
    {
        List<JsonNode> containers = [.. All(root).Where(node => node is JsonObject { Count: > 0 } or JsonArray { Count: > 0 })];
        if (containers.Count == 0)
        {
            return;
        }

        var container = containers[dice.Next(containers.Count)];
        if (container is JsonArray array)
        {
            var at = dice.Next(array.Count);
            switch (dice.Next(4))
            {
                case 0: array.RemoveAt(at); break;
                case 1: array.Insert(at, array[dice.Next(array.Count)]?.DeepClone()); break;
                case 2: array[at] = Foreign(others, dice); break;
                default: array[at] = Known(dice); break;
            }

            return;
        }

        var map = container.AsObject();
        var name = map.ElementAt(dice.Next(map.Count)).Key;
        switch (dice.Next(6))
        {
            case 0: map.Remove(name); break;
            case 1: map[Word(dice)] = map[name]?.DeepClone(); break;
            case 2: map[name] = Foreign(others, dice); break;
            case 3: map[name] = Word(dice); break;
            case 4 when map[name] is JsonValue value && value.TryGetValue<string>(out var text):
                map[name] = Encoding.UTF8.GetString(BytesForm.Instance.Mutate(Encoding.UTF8.GetBytes(text), [[.. "x"u8]], dice));
                break;
            default: map[name] = Known(dice); break;
        }
    }

    private string Word(Dice dice) => words.Length == 0 ? "x" : words[dice.Next(words.Length)];

    private static JsonNode? Known(Dice dice) => JsonNode.Parse(Telling[dice.Next(Telling.Length)]);

    private static JsonNode? Foreign(IReadOnlyList<byte[]> others, Dice dice)
    {
        if (TryParse(others[dice.Next(others.Count)]) is not { } other)
        {
            return null;
        }

        List<JsonNode> all = [.. All(other)];
        return all[dice.Next(all.Count)].DeepClone();
    }

    private static IEnumerable<JsonNode> All(JsonNode node) => (node switch
    {
        JsonObject map => map.Select(member => member.Value),
        JsonArray array => array,
        _ => [],
    }).OfType<JsonNode>().SelectMany(All).Prepend(node);

    private static byte[] InsertRaw(byte[] json, Dice dice)
    {
        // Behind a quote, where it becomes a part of a name or a text.
        var quotes = json.Select((value, at) => (value, at)).Where(pair => pair.value == (byte)'"').Select(pair => pair.at + 1).Append(0).ToList();
        var at = quotes[dice.Next(quotes.Count)];
        return [.. json.AsSpan(0, at), .. Raw[dice.Next(Raw.Length)], .. json.AsSpan(at)];
    }

    private static JsonNode? TryParse(byte[] json)
    {
        try
        {
            // Looked at in full, because names given twice are found only then.
            var root = JsonNode.Parse(json, null, Deep);
            _ = root is null ? root : All(root).Last();
            return root;
        }
        catch (Exception fault) when (fault is JsonException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }
}
