using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Pds.Xrpc;

/// <summary>
/// Reads a record of options from configuration. Each property bears its variable's name with <see
/// cref="ConfigurationKeyNameAttribute"/>; an empty value is an absent one. Numbers of <see cref="TimeSpan"/> are
/// milliseconds, lists are separated by commas, flags are true, false, 1 or 0.
/// </summary>
public static class PdsOptions
{
    /// <summary>Reads, validates and registers the options of a module as their plain type.</summary>
    /// <exception cref="OptionsException">A variable has an impossible value or is missing.</exception>
    public static T AddPdsOptions<T>(this IServiceCollection services, IConfiguration configuration) where T : class, new()
    {
        var options = Read<T>(configuration);
        services.AddSingleton(options);
        services.AddSingleton(new OptionsVariables(Variables(typeof(T)).Select(variable => variable.Name).ToArray()));
        return options;
    }

    /// <summary>Reads and validates.</summary>
    /// <exception cref="OptionsException">A variable has an impossible value or is missing.</exception>
    public static T Read<T>(IConfiguration configuration) where T : class, new()
    {
        var options = new T();
        var problems = new List<string>();
        foreach (var (property, name) in Variables(typeof(T)))
        {
            if (configuration[name] is { Length: > 0 } text)
            {
                if (OptionValue.TryParse(text.Trim(), property.PropertyType, out var value, out var expected))
                {
                    property.SetValue(options, value);
                }
                else
                {
                    problems.Add($"{name} must be {expected}.");
                    continue;
                }
            }

            Validate(options, property, name, problems);
        }

        if (problems.Count == 0 && options is IValidatableObject whole)
        {
            problems.AddRange(whole.Validate(new ValidationContext(options)).Select(result => result.ErrorMessage!));
        }

        return problems.Count == 0 ? options : throw new OptionsException(problems);
    }

    private static IEnumerable<(PropertyInfo Property, string Name)> Variables(Type options) =>
        from property in options.GetProperties()
        let name = property.GetCustomAttribute<ConfigurationKeyNameAttribute>()?.Name
        where name is not null
        select (property, name);

    private static void Validate(object options, PropertyInfo property, string name, List<string> problems)
    {
        var value = property.GetValue(options);
        var context = new ValidationContext(options) { MemberName = property.Name, DisplayName = name };
        foreach (var rule in property.GetCustomAttributes<ValidationAttribute>())
        {
            if (rule.GetValidationResult(value, context) is { } result)
            {
                problems.Add(rule is RequiredAttribute ? $"{name} is required." : Shorten(result.ErrorMessage ?? $"{name} is invalid."));
            }
        }
    }

    // The framework's own messages begin "The field PDS_PORT must …".
    private static string Shorten(string message)
    {
        const string Prefix = "The field ";
        return message.StartsWith(Prefix, StringComparison.Ordinal) ? message[Prefix.Length..] : message;
    }
}
