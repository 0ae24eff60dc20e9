using System.Globalization;
using System.Text;
using System.Text.Json;

namespace AtProto.Data;

/// <summary>Finds the way to a value, for those who have to mend it. Asked after a failure only, so it may read all over again.</summary>
internal static class JsonPlace
{
    private const int MostShown = 200;

    /// <summary>The names and positions that lead to a token, each behind a slash; empty for the whole.</summary>
    /// <param name="json">Well-formed up to the token.</param>
    /// <param name="offset">Where the token starts.</param>
    /// <param name="maxDepth">As deep as it was read.</param>
    public static string Of(ReadOnlySpan<byte> json, long offset, int maxDepth)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = maxDepth });
        var way = new Stack<string>();
        var positions = new Stack<int>();
        while (reader.Read() && reader.TokenStartIndex <= offset)
        {
            var isClose = reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray;
            if (isClose)
            {
                positions.Pop();
                Step(way, positions.Count);
            }
            else if (reader.TokenType != JsonTokenType.PropertyName && positions.Count > 0 && positions.Peek() >= 0)
            {
                var position = positions.Pop();
                Step(way, positions.Count);
                way.Push(position.ToString(CultureInfo.InvariantCulture));
                positions.Push(position + 1);
            }

            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                Step(way, positions.Count - 1);
                way.Push(reader.ValueIsEscaped || reader.ValueSpan.Length > MostShown ? "…" : Encoding.UTF8.GetString(reader.ValueSpan));
            }
            else if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
            {
                positions.Push(reader.TokenType == JsonTokenType.StartArray ? 0 : -1);
            }
        }

        var place = string.Concat(way.Reverse().Select(step => $"/{step}"));
        return place.Length <= MostShown ? place : $"…{place[^MostShown..]}";
    }

    // What was read before at this depth is not on the way.
    private static void Step(Stack<string> way, int depth)
    {
        while (way.Count > depth)
        {
            way.Pop();
        }
    }
}
