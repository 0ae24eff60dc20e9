using AtProto;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Pds.Contracts.Identity;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Modules.Repo.Endpoints.Repo;

/// <summary>The key that a client has chosen for a record: a name that the network gets to see.</summary>
internal static class ChosenKey
{
    // Keys that follow from the clock or the schema are nobody's words.
    private const string Self = "self";

    /// <summary>Refuses a key with a slur in it.</summary>
    public static ValueTask RequireDecentAsync(RecordKey? rkey, HttpContext context) =>
        rkey is not { } key || key.Value == Self || Tid.TryParse(key.Value, out _) ? default : new(AskAsync(key, context));

    private static async Task AskAsync(RecordKey rkey, HttpContext context)
    {
        var bus = context.RequestServices.GetRequiredService<IMessageBus>();
        if ((await bus.InvokeAsync<FoundSlur>(new FindSlur(rkey.Value), context.RequestAborted)).IsThere)
        {
            throw XrpcErrors.InvalidRequest("Unacceptable slur in record key");
        }
    }
}
