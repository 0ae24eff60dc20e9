using AtProto;
using Pds.Xrpc;

namespace Pds.Modules.Identity.Handles;

/// <summary>The domains under which this server gives out handles.</summary>
public sealed class HandleDomains(IdentityOptions options, ServiceOptions service)
{
    /// <summary>Suffixes, each with its leading dot, in lower case.</summary>
    public IReadOnlyList<string> Suffixes { get; } = Array.ConvertAll(
        options.HandleDomains ?? [service.Hostname == "localhost" ? ".test" : $".{service.Hostname}"],
        suffix => suffix.ToLowerInvariant());

    /// <summary>The suffix that the handle ends with; null when it is not under a service domain.</summary>
    public string? SuffixOf(Handle handle) =>
        Suffixes.FirstOrDefault(suffix => handle.Value.EndsWith(suffix, StringComparison.Ordinal));

    /// <summary>Whether this server has the last word on who has the handle: it is under a service domain or is one.</summary>
    public bool Covers(Handle handle) =>
        SuffixOf(handle) is not null || Suffixes.Any(suffix => suffix.AsSpan(1).SequenceEqual(handle.Value));
}
