using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace AtProto;

/// <summary>
/// A timestamp identifier: 53 bits of microseconds since 1970 and 10 bits that tell clocks apart, printed as 13
/// characters whose order is that of the numbers. Record keys and revisions are made of it. It may lie in the future.
/// Source: atproto specification, "Timestamp Identifiers".
/// </summary>
/// <param name="Value">
/// The 64 bits. The syntax allows texts that set the highest, though no clock will before the year 2255; their number is
/// negative, their order is still that of the texts.
/// </param>
[JsonConverter(typeof(IdentifierJsonConverter<Tid>))]
public readonly record struct Tid(long Value) : IParsable<Tid>, IComparable<Tid>
{
    /// <summary>The length of the text, in characters.</summary>
    public const int TextLength = 13;

    private const string Alphabet = "234567abcdefghijklmnopqrstuvwxyz";

    /// <summary>Microseconds since 1970.</summary>
    public long Microseconds => Value >>> 10;

    /// <summary>Which clock made it, 0 to 1023.</summary>
    public int ClockId => (int)(Value & 1023);

    /// <summary>Makes a TID of its parts.</summary>
    /// <param name="microseconds">Microseconds since 1970, at most 53 bits.</param>
    /// <param name="clockId">0 to 1023.</param>
    public static Tid FromMicroseconds(long microseconds, int clockId)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(microseconds);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(microseconds, (1L << 53) - 1);
        ArgumentOutOfRangeException.ThrowIfNegative(clockId);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(clockId, 1023);
        return new Tid((microseconds << 10) | (uint)clockId);
    }

    /// <summary>Parses a TID.</summary>
    /// <param name="text">13 characters.</param>
    /// <exception cref="FormatException"><paramref name="text"/> is not a TID.</exception>
    public static Tid Parse(string text) =>
        TryParse(text, out var tid) ? tid : throw new FormatException($"Not a TID: {text}");

    /// <summary>Parses a TID; false when <paramref name="text"/> is not one.</summary>
    /// <param name="text">13 characters.</param>
    /// <param name="tid">The parsed value.</param>
    public static bool TryParse([NotNullWhen(true)] ReadOnlySpan<char> text, out Tid tid)
    {
        tid = default;
        if (text.Length != TextLength || text[0] is > 'j')
        {
            return false;
        }

        var value = 0L;
        foreach (var character in text)
        {
            var digit = character switch
            {
                >= '2' and <= '7' => character - '2',
                >= 'a' and <= 'z' => character - 'a' + 6,
                _ => -1,
            };
            if (digit < 0)
            {
                return false;
            }

            value = (value << 5) | (uint)digit;
        }

        tid = new Tid(value);
        return true;
    }

    /// <summary>Whether the text is a TID.</summary>
    /// <param name="text">The text to look at.</param>
    public static bool IsValid(ReadOnlySpan<char> text) => TryParse(text, out _);

    /// <summary>Orders by time, then by clock.</summary>
    /// <param name="other">The other TID.</param>
    public int CompareTo(Tid other) => ((ulong)Value).CompareTo((ulong)other.Value);

    /// <summary>The 13 characters.</summary>
    public override string ToString() => string.Create(TextLength, Value, static (text, value) =>
    {
        for (var i = TextLength - 1; i >= 0; i--, value >>>= 5)
        {
            text[i] = Alphabet[(int)(value & 31)];
        }
    });

    /// <summary>Whether one comes before the other.</summary>
    public static bool operator <(Tid left, Tid right) => (ulong)left.Value < (ulong)right.Value;

    /// <summary>Whether one comes after the other.</summary>
    public static bool operator >(Tid left, Tid right) => (ulong)left.Value > (ulong)right.Value;

    /// <summary>Whether one comes before the other or equals it.</summary>
    public static bool operator <=(Tid left, Tid right) => (ulong)left.Value <= (ulong)right.Value;

    /// <summary>Whether one comes after the other or equals it.</summary>
    public static bool operator >=(Tid left, Tid right) => (ulong)left.Value >= (ulong)right.Value;

    static Tid IParsable<Tid>.Parse(string s, IFormatProvider? provider) => Parse(s);

    static bool IParsable<Tid>.TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Tid result) =>
        TryParse(s, out result);
}
