using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Primitives;

namespace Pds.Xrpc;

/// <summary>
/// What a query parameter may be, read from the handler's signature when it is mapped: type, presence, <see
/// cref="RangeAttribute"/> for integers, <see cref="MaxLengthAttribute"/> for the number of values of an array or the
/// length of a string.
/// </summary>
internal sealed class QueryRule(string name, bool isRequired, bool isArray, Func<string, string?> complaint, int maxValues)
{
    /// <summary>The name in the query string.</summary>
    public string Name { get; } = name;

    /// <summary>Refuses values that are not as the rule says. An empty value is none.</summary>
    public void Check(StringValues values)
    {
        var count = 0;
        foreach (var value in values)
        {
            if (string.IsNullOrEmpty(value))
            {
                continue;
            }

            count++;
            if (complaint(value) is { } reason)
            {
                throw XrpcErrors.InvalidRequest($"Error: {Name} {reason}");
            }
        }

        if (count == 0 && isRequired)
        {
            throw XrpcErrors.InvalidRequest($"Error: Params must have the property \"{Name}\"");
        }

        if (count > 1 && !isArray)
        {
            throw XrpcErrors.InvalidRequest($"Error: {Name} must be given once");
        }

        if (count > maxValues)
        {
            throw XrpcErrors.InvalidRequest($"Error: {Name} must not have more than {maxValues} values");
        }
    }

    public static QueryRule[] Of(MethodInfo handler)
    {
        var nullability = new NullabilityInfoContext();
        return handler.GetParameters()
            .Where(parameter => IsQuery(parameter.ParameterType))
            .Select(parameter => Of(parameter, nullability))
            .ToArray();
    }

    private static QueryRule Of(ParameterInfo parameter, NullabilityInfoContext nullability)
    {
        var type = parameter.ParameterType;
        var isArray = type.IsArray;
        var isRequired = !parameter.HasDefaultValue
            && Nullable.GetUnderlyingType(type) is null
            && nullability.Create(parameter).WriteState != NullabilityState.Nullable;
        var maxLength = parameter.GetCustomAttribute<MaxLengthAttribute>()?.Length ?? int.MaxValue;

        return new QueryRule(
            parameter.Name!,
            isRequired,
            isArray,
            Complaint(Element(type), parameter.GetCustomAttribute<RangeAttribute>(), isArray ? int.MaxValue : maxLength),
            isArray ? maxLength : int.MaxValue);
    }

    private static Func<string, string?> Complaint(Type type, RangeAttribute? range, int maxLength)
    {
        if (type == typeof(string))
        {
            return value => value.Length <= maxLength ? null : $"must not be longer than {maxLength} characters";
        }

        if (type == typeof(bool))
        {
            return static value => value is "true" or "false" ? null : "must be a boolean";
        }

        if (type == typeof(int) || type == typeof(long))
        {
            var (lowest, highest) = type == typeof(int) ? (int.MinValue, (long)int.MaxValue) : (long.MinValue, long.MaxValue);
            var minimum = range is null ? lowest : Convert.ToInt64(range.Minimum, CultureInfo.InvariantCulture);
            var maximum = range is null ? highest : Convert.ToInt64(range.Maximum, CultureInfo.InvariantCulture);
            return value => !long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                ? "must be an integer"
                : number < minimum ? $"can not be less than {minimum}"
                : number > maximum ? $"can not be greater than {maximum}"
                : null;
        }

        return typeof(QueryRule)
            .GetMethod(nameof(ParsableComplaint), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(type)
            .CreateDelegate<Func<string, string?>>();
    }

    private static string? ParsableComplaint<T>(string value) where T : IParsable<T> =>
        T.TryParse(value, CultureInfo.InvariantCulture, out _) ? null : $"must be {FormatNames.Of(typeof(T))}";

    private static Type Element(Type type) =>
        type.IsArray ? type.GetElementType()! : Nullable.GetUnderlyingType(type) ?? type;

    private static bool IsQuery(Type type)
    {
        var element = Element(type);
        return element == typeof(string)
            || (element.IsValueType
                && element != typeof(CancellationToken)
                && element.GetInterfaces().Contains(typeof(IParsable<>).MakeGenericType(element)));
    }
}
