using System.Text.Json.Nodes;

namespace Pds.Modules.Proxy.ReadAfterWrite;

/// <summary>How one method's answer is brought up to date.</summary>
internal interface IMerge
{
    /// <param name="answer">The AppView's, which is changed.</param>
    Task MergeAsync(JsonObject answer, LocalView local, CancellationToken cancellationToken);
}
