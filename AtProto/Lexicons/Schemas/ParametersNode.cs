using System.Globalization;
using System.Text;

namespace AtProto.Lexicons.Schemas;

/// <summary>The query string of a method: text in, typed values out.</summary>
internal sealed class ParametersNode(ParameterProperty[] properties)
{
    /// <summary>More values than this for one name are refused whatever the schema says.</summary>
    private const int MaxValues = 1000;

    /// <summary>Reads a query string; a complaint when it breaks the schema.</summary>
    public string? Read(IEnumerable<KeyValuePair<string, string>> query, out LexiconParameters parameters)
    {
        var values = new Dictionary<string, object>(properties.Length, StringComparer.Ordinal);
        parameters = new(values);
        foreach (var (name, text) in query)
        {
            // An empty value counts as absent; a name without schema is nobody's business.
            if (text.Length > 0 && Array.Find(properties, known => known.Name == name) is { } property &&
                Add(values, property, text) is { } complaint)
            {
                return $"{name} {complaint}";
            }
        }

        foreach (var property in properties)
        {
            if (Finish(values, property) is { } complaint)
            {
                return complaint;
            }
        }

        return null;
    }

    private static string? Add(Dictionary<string, object> values, ParameterProperty property, string text)
    {
        if (Parse(property.Schema, text, out var value) is { } complaint)
        {
            return complaint;
        }

        if (property.List is null)
        {
            return values.TryAdd(property.Name, value) ? null : "must not be given more than once";
        }

        if (!values.TryGetValue(property.Name, out var known))
        {
            values.Add(property.Name, known = new List<object>());
        }

        var list = (List<object>)known;
        list.Add(value);
        return list.Count <= MaxValues
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"must not have more than {MaxValues} elements");
    }

    private static string? Finish(Dictionary<string, object> values, ParameterProperty property)
    {
        if (values.TryGetValue(property.Name, out var value))
        {
            return property.List?.Complain(((List<object>)value).Count) is { } complaint
                ? $"{property.Name} {complaint}"
                : null;
        }

        if (property.List is null && DefaultOf(property.Schema) is { } fallback)
        {
            values.Add(property.Name, fallback);
            return null;
        }

        return property.IsRequired ? $"must have the property \"{property.Name}\"" : null;
    }

    private static string? Parse(SchemaNode schema, string text, out object value)
    {
        value = text;
        switch (schema)
        {
            case BooleanNode node:
                if (text is not ("true" or "false"))
                {
                    return "must be a boolean";
                }

                var flag = text == "true";
                value = flag;
                return node.Complain(flag);

            case IntegerNode node:
                if (!IsInteger(text) ||
                    !long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
                {
                    return "must be an integer";
                }

                value = number;
                return node.Complain(number);

            case StringNode node:
                return node.Complain(Encoding.UTF8.GetBytes(text));

            default:
                return null;
        }
    }

    private static bool IsInteger(ReadOnlySpan<char> text)
    {
        var digits = text[0] == '-' ? text[1..] : text;
        return digits.Length > 0 && !digits.ContainsAnyExceptInRange('0', '9');
    }

    private static object? DefaultOf(SchemaNode schema) => schema switch
    {
        BooleanNode node => node.Default,
        IntegerNode node => node.Default,
        StringNode node => node.Default,
        _ => null,
    };
}
