using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace AtProto.OAuth;

/// <summary>
/// The shape that all resource scopes share: <c>prefix[:positional][?name=value&amp;…]</c>, values percent-encoded. The
/// positional value stands for one of the named parameters.
/// </summary>
internal sealed class ScopeSyntax
{
    private readonly List<(string Name, string Value)> _parameters = [];

    private ScopeSyntax(string prefix, string? positional) => (Prefix, Positional) = (prefix, positional);

    /// <summary>What stands before the colon or the question mark.</summary>
    public string Prefix { get; }

    /// <summary>What stands after the colon, decoded; null where there is none.</summary>
    public string? Positional { get; }

    /// <summary>Takes a scope apart; false when an encoding is broken or a value is empty.</summary>
    public static bool TryParse(ReadOnlySpan<char> scope, [NotNullWhen(true)] out ScopeSyntax? syntax)
    {
        syntax = null;
        var question = scope.IndexOf('?');
        var head = question < 0 ? scope : scope[..question];
        var colon = head.IndexOf(':');
        string? positional = null;
        if (colon >= 0 && !TryDecode(head[(colon + 1)..], plusIsSpace: false, out positional))
        {
            return false;
        }

        var result = new ScopeSyntax((colon < 0 ? head : head[..colon]).ToString(), positional);
        if (question >= 0)
        {
            var query = scope[(question + 1)..];
            foreach (var part in query.Split('&'))
            {
                var pair = query[part];
                var equals = pair.IndexOf('=');
                if (pair.IsEmpty)
                {
                    continue;
                }

                if (equals < 0
                    || !TryDecode(pair[..equals], plusIsSpace: true, out var name)
                    || !TryDecode(pair[(equals + 1)..], plusIsSpace: true, out var value))
                {
                    return false;
                }

                result._parameters.Add((name, value));
            }
        }

        syntax = result;
        return true;
    }

    /// <summary>Whether no parameter has another name than these.</summary>
    public bool HasOnly(string first, string? second = null) =>
        _parameters.TrueForAll(parameter => parameter.Name == first || parameter.Name == second);

    /// <summary>All values of a parameter; null when it is given both by position and by name.</summary>
    public List<string>? ReadMany(string name, bool isPositional = false)
    {
        var values = new List<string>();
        foreach (var parameter in _parameters)
        {
            if (parameter.Name == name)
            {
                values.Add(parameter.Value);
            }
        }

        if (!isPositional || Positional is null)
        {
            return values;
        }

        return values.Count > 0 ? null : [Positional];
    }

    /// <summary>The value of a parameter that may be given once; false when it is given more often.</summary>
    public bool TryReadOne(string name, out string? value, bool isPositional = false)
    {
        value = null;
        if (ReadMany(name, isPositional) is not { Count: <= 1 } values)
        {
            return false;
        }

        value = values.Count == 1 ? values[0] : null;
        return true;
    }

    /// <summary>Writes a scope: one value goes to the positional place, several are named.</summary>
    public static StringBuilder Write(string prefix, string name, IReadOnlyList<string> values)
    {
        var text = new StringBuilder(prefix);
        if (values.Count == 1)
        {
            Encode(text.Append(':'), values[0], keepsPlus: true);
            return text;
        }

        foreach (var value in values)
        {
            Append(text, name, value);
        }

        return text;
    }

    /// <summary>Writes one more parameter.</summary>
    public static void Append(StringBuilder text, string name, string value)
    {
        var isFirst = true;
        for (var i = 0; i < text.Length && isFirst; i++)
        {
            isFirst = text[i] != '?';
        }

        Encode(text.Append(isFirst ? '?' : '&').Append(name).Append('='), value, keepsPlus: false);
    }

    private static bool TryDecode(ReadOnlySpan<char> text, bool plusIsSpace, [NotNullWhen(true)] out string? decoded)
    {
        decoded = null;
        if (text.IsEmpty)
        {
            return false;
        }

        if (text.IndexOfAny('%', '+') < 0)
        {
            decoded = text.ToString();
            return true;
        }

        var bytes = new List<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '%')
            {
                // A scope is ASCII; what is not could not have come through OAuth's own syntax.
                if (text[i] > 0x7E)
                {
                    return false;
                }

                bytes.Add(text[i] == '+' && plusIsSpace ? (byte)' ' : (byte)text[i]);
            }
            else if (i + 2 < text.Length
                && byte.TryParse(text.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var octet))
            {
                bytes.Add(octet);
                i += 2;
            }
            else
            {
                return false;
            }
        }

        try
        {
            decoded = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes.ToArray());
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    private static void Encode(StringBuilder text, string value, bool keepsPlus)
    {
        foreach (var octet in Encoding.UTF8.GetBytes(value))
        {
            var character = (char)octet;
            if (char.IsAsciiLetterOrDigit(character)
                || "-_.!~*'():/".Contains(character, StringComparison.Ordinal)
                || (keepsPlus && character == '+'))
            {
                text.Append(character);
            }
            else
            {
                text.Append(CultureInfo.InvariantCulture, $"%{octet:X2}");
            }
        }
    }
}
