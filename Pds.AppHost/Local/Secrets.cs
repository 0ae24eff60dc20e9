using System.Security.Cryptography;
using Pds.LocalServices;

namespace Pds.AppHost.Local;

/// <summary>The server's secrets for development: made once, kept in a file of <c>NAME=value</c> lines.</summary>
internal static class Secrets
{
    private static readonly string[] Names =
    [
        "PDS_JWT_SECRET", "PDS_DPOP_SECRET", "PDS_ADMIN_PASSWORD", "PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX",
    ];

    public static Dictionary<string, string> ReadOrCreate(string path)
    {
        var secrets = File.Exists(path)
            ? File.ReadLines(path)
                .Select(line => line.Split('=', 2))
                .Where(parts => parts.Length == 2)
                .ToDictionary(parts => parts[0].Trim(), parts => parts[1].Trim())
            : [];
        var missing = Array.FindAll(Names, name => !secrets.ContainsKey(name));
        if (missing.Length > 0)
        {
            Array.ForEach(missing, name => secrets[name] = RandomNumberGenerator.GetHexString(64, lowercase: true));
            PrivateFile.Write(path, string.Concat(secrets.Select(secret => $"{secret.Key}={secret.Value}\n")));
        }

        return secrets;
    }
}
