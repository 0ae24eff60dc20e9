using System.CommandLine;
using System.CommandLine.Parsing;
using Microsoft.Extensions.Configuration;

namespace Pds.Cli.Commands;

/// <summary>
/// The server's settings as a command is told them: <c>--NAME=value</c> wins over the environment, which wins over the file that
/// <c>--env-file</c> names.
/// </summary>
internal static class CommandSettings
{
    /// <summary>A file of <c>NAME=value</c> lines, as Docker and systemd read them.</summary>
    public static Option<FileInfo?> EnvironmentFile { get; } = new("--env-file")
    {
        Description = "A file with the server's settings, such as /etc/pds/pds.env.", Recursive = true, HelpName = "FILE",
    };

    /// <summary>All of them as the server's own command line takes them.</summary>
    /// <exception cref="CommandFailure">A token is no setting, or the file is not there.</exception>
    public static string[] Arguments(ParseResult parsed)
    {
        if (parsed.UnmatchedTokens.FirstOrDefault(token => !IsSetting(token)) is { } unknown)
        {
            throw new CommandFailure($"\"{unknown}\" is not understood; settings are given as --NAME=value.");
        }

        return
        [
            .. ReadFile(parsed.GetValue(EnvironmentFile))
                .Where(setting => Environment.GetEnvironmentVariable(setting.Name) is null)
                .Select(setting => $"--{setting.Name.Replace("__", ":", StringComparison.Ordinal)}={setting.Value}"),
            .. parsed.Tokens.Where(token => token.Type == TokenType.Argument && IsSetting(token.Value)).Select(token => token.Value),
        ];
    }

    /// <summary>What was given for an argument that takes any number of words, without the settings among them.</summary>
    public static string[] Words(ParseResult parsed, Argument<string[]> argument) =>
        [.. (parsed.GetValue(argument) ?? []).Where(word => !IsSetting(word))];

    /// <summary>All of them, to be looked into.</summary>
    public static IConfiguration Read(ParseResult parsed) => new ConfigurationBuilder()
        .AddEnvironmentVariables().AddCommandLine(Arguments(parsed)).Build();

    /// <summary>The lines of a file that set something. Quotes around a value are not part of it.</summary>
    private static IEnumerable<(string Name, string Value)> ReadFile(FileInfo? file)
    {
        if (file is { Exists: false })
        {
            throw new CommandFailure($"The file {file} is not there.");
        }

        foreach (var line in file is null ? [] : File.ReadLines(file.FullName).Select(line => line.Trim()))
        {
            var at = line.IndexOf('=', StringComparison.Ordinal);
            if (at > 0 && line[0] != '#')
            {
                var name = line.StartsWith("export ", StringComparison.Ordinal) ? line[7..at] : line[..at];
                yield return (name.Trim(), Unquote(line[(at + 1)..].Trim()));
            }
        }
    }

    private static bool IsSetting(string token) =>
        token.StartsWith("--", StringComparison.Ordinal) && token.Contains('=', StringComparison.Ordinal);

    private static string Unquote(string value) =>
        value.Length >= 2 && value[0] is '"' or '\'' && value[^1] == value[0] ? value[1..^1] : value;
}
