using System.Text.Json.Nodes;

namespace Pds.Modules.Proxy.ReadAfterWrite;

/// <summary>A merge that also knows what to answer where the AppView does not know what was asked for.</summary>
internal interface IReplaceMissing : IMerge
{
    /// <summary>The answer; null when it is not known here either.</summary>
    Task<JsonObject?> ReplaceAsync(LocalView local, CancellationToken cancellationToken);
}
