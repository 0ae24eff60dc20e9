using System.Security.Cryptography;
using Pds.Xrpc;

namespace Pds.Web.Configuration;

/// <summary>
/// Makes the secrets that a developer did not set, once, and keeps them in <c>secrets.env</c> of the data directory. In
/// production nothing is made up: the options say which variable is missing.
/// </summary>
internal static class DevelopmentSecrets
{
    private const string FileName = "secrets.env";

    private static readonly string[] Names =
    [
        "PDS_JWT_SECRET", "PDS_DPOP_SECRET", "PDS_ADMIN_PASSWORD", "PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX",
    ];

    public static WebApplicationBuilder AddDevelopmentSecrets(this WebApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        var isDevelopment = builder.Environment.IsDevelopment() || configuration["PDS_DEV_MODE"] is "true" or "1";
        if (!isDevelopment || Array.TrueForAll(Names, name => !string.IsNullOrEmpty(configuration[name])))
        {
            return builder;
        }

        var directory = configuration["PDS_DATA_DIRECTORY"] is { Length: > 0 } set ? set : new ServiceOptions().DataDirectory;
        var kept = ReadOrCreate(Path.Combine(Path.GetFullPath(directory), FileName));
        configuration.AddInMemoryCollection(kept.Where(secret => string.IsNullOrEmpty(configuration[secret.Key])));
        return builder;
    }

    private static Dictionary<string, string?> ReadOrCreate(string path)
    {
        var secrets = Read(path);
        var missing = Names.Where(name => !secrets.ContainsKey(name)).ToArray();
        if (missing.Length == 0)
        {
            return secrets;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        foreach (var name in missing)
        {
            secrets[name] = RandomNumberGenerator.GetHexString(64, lowercase: true);
        }

        // Written aside and moved into place, so that no one ever reads half a file; the first of two processes wins.
        var draft = $"{path}.{Environment.ProcessId}";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var writer = new StreamWriter(draft, options))
        {
            foreach (var (name, value) in secrets)
            {
                writer.WriteLine($"{name}={value}");
            }
        }

        try
        {
            File.Move(draft, path, overwrite: missing.Length < Names.Length);
            return secrets;
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(draft);
            return Read(path);
        }
    }

    private static Dictionary<string, string?> Read(string path) => !File.Exists(path)
        ? []
        : File.ReadLines(path)
            .Select(line => line.Split('=', 2))
            .Where(parts => parts.Length == 2)
            .ToDictionary(parts => parts[0].Trim(), string? (parts) => parts[1].Trim());
}
