using AtProto;

namespace Pds.Modules.Identity.Resolution;

/// <summary>The top-level domains under which there can be no handle.</summary>
internal static class HandleDomain
{
    private static readonly string[] Disallowed =
        [".local", ".arpa", ".invalid", ".localhost", ".internal", ".example", ".alt", ".onion"];

    public static bool IsDisallowed(Handle handle) =>
        Array.Exists(Disallowed, domain => handle.Value.EndsWith(domain, StringComparison.Ordinal));

    /// <summary>Handles for tests, which no one on the internet can have.</summary>
    public static bool IsForDevelopment(Handle handle) => handle.Value.EndsWith(".test", StringComparison.Ordinal);
}
