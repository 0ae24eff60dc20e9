using System.Text.Json.Nodes;

namespace Pds.Modules.Proxy.ReadAfterWrite;

/// <summary>One's own profile, alone or among others.</summary>
internal sealed class ProfileMerge : IMerge
{
    public Task MergeAsync(JsonObject answer, LocalView local, CancellationToken cancellationToken)
    {
        var profiles = answer["profiles"] is JsonArray several ? several.OfType<JsonObject>() : [answer];
        foreach (var profile in profiles)
        {
            local.Refresh(profile, isDetailed: true);
        }

        return Task.CompletedTask;
    }
}
