using System.CommandLine;
using System.Text;
using Amazon.Runtime;
using Pds.Cli.Commands;

namespace Pds.Cli.Backup;

/// <summary>Finds out what a target is from how it is written: a folder, or <c>s3://bucket/prefix</c>.</summary>
internal static class BackupTarget
{
    private const string FormatFile = "format.json";
    private const string Format = """{"format":"pds-backup","version":1}""";

    public static Argument<string> Target { get; } = new("TARGET") { Description = "A folder, or s3://bucket/prefix." };

    public static Option<string?> Endpoint { get; } = new("--s3-endpoint")
    {
        Description = "The address of an S3 store that is not Amazon's. Its credentials stand in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
        HelpName = "URL",
    };

    public static Option<string> Region { get; } = new("--s3-region") { DefaultValueFactory = _ => "us-east-1" };

    /// <summary>Opens the target of a command.</summary>
    /// <param name="writes">Whether a new one may be made.</param>
    /// <exception cref="CommandFailure">There is something else, or nothing to be read.</exception>
    public static async Task<IBackupTarget> OpenAsync(ParseResult parsed, bool writes, CancellationToken cancellationToken)
    {
        var target = Open(parsed, writes);
        try
        {
            await CheckFormatAsync(target, writes, cancellationToken);
            return target;
        }
        catch
        {
            await target.DisposeAsync();
            throw;
        }
    }

    private static IBackupTarget Open(ParseResult parsed, bool writes)
    {
        var name = parsed.GetRequiredValue(Target);
        if (!name.StartsWith("s3://", StringComparison.Ordinal))
        {
            return new FolderTarget(name, writes);
        }

        var parts = name["s3://".Length..].Split('/', 2);
        return parts[0].Length > 0
            ? new S3Target(parts[0], parts.Length > 1 ? parts[1] : "", ReadEndpoint(parsed.GetValue(Endpoint)), parsed.GetRequiredValue(Region), ReadCredentials(parsed))
            : throw new CommandFailure("s3:// is followed by the name of a bucket.");
    }

    private static BasicAWSCredentials? ReadCredentials(ParseResult parsed)
    {
        var settings = CommandSettings.Read(parsed);
        return settings["AWS_ACCESS_KEY_ID"] is { Length: > 0 } id && settings["AWS_SECRET_ACCESS_KEY"] is { Length: > 0 } secret
            && string.IsNullOrEmpty(settings["AWS_SESSION_TOKEN"])
            ? new BasicAWSCredentials(id, secret)
            : null;
    }

    private static Uri? ReadEndpoint(string? text) => text is null ? null
        : Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" ? url
        : throw new CommandFailure("--s3-endpoint takes an http or https URL.");

    private static async Task CheckFormatAsync(IBackupTarget target, bool writes, CancellationToken cancellationToken)
    {
        await using var there = await target.OpenAsync(FormatFile, cancellationToken);
        if (there is null)
        {
            if (!writes)
            {
                throw new CommandFailure("There is no backup.");
            }

            using var format = new MemoryStream(Encoding.UTF8.GetBytes(Format));
            await target.WriteAsync(FormatFile, format, cancellationToken);
            return;
        }

        using var reader = new StreamReader(there);
        if (await reader.ReadToEndAsync(cancellationToken) != Format)
        {
            throw new CommandFailure("What is there is no backup that this version can read.");
        }
    }
}
