namespace Pds.Modules.Auth.OAuth.Clients;

/// <summary>Tells names of the public internet from those that can be nobody's there.</summary>
internal static class HostName
{
    private static readonly string[] Reserved =
        ["alt", "arpa", "example", "internal", "invalid", "local", "localhost", "onion", "test"];

    /// <summary>Whether a host has one label only, or ends in a reserved one; addresses are not names, and pass.</summary>
    public static bool IsLocal(string host)
    {
        var dot = host.LastIndexOf('.');
        return !host.StartsWith('[') && (dot <= 0 || dot == host.Length - 1 || Reserved.Contains(host[(dot + 1)..]));
    }

    /// <summary>Whether a host as a URL spells it is this machine.</summary>
    public static bool IsLoopback(string host) => host is "127.0.0.1" or "[::1]" or "localhost";
}
