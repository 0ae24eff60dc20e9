using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pds.Modules.Moving.Engine;

/// <summary>Brings along what apps keep at the server.</summary>
internal static class PreferenceCopy
{
    // Made of the birth date at every reading.
    private const string DeclaredAge = "app.bsky.actor.defs#declaredAgePref";

    public static async Task RunAsync(MoveContext move, CancellationToken cancellationToken)
    {
        if (await ReadAsync(move.Old, cancellationToken) is { } theirs
            && await ReadAsync(move.New, cancellationToken) is { } ours && !AreEqual(theirs, ours))
        {
            var preferences = new JsonArray([.. theirs.Select(preference => JsonNode.Parse(preference.GetRawText()))]);
            await move.New.CallAsync("app.bsky.actor.putPreferences", new() { ["preferences"] = preferences }, cancellationToken);
        }
    }

    /// <summary>Whether both tell the same; null where one of them keeps none.</summary>
    public static async Task<bool?> AreEqualAsync(MoveContext move, CancellationToken cancellationToken) =>
        await ReadAsync(move.Old, cancellationToken) is { } theirs && await ReadAsync(move.New, cancellationToken) is { } ours
            ? AreEqual(theirs, ours)
            : null;

    // A server without an AppView does not know the method.
    private static async Task<JsonElement[]?> ReadAsync(ServerClient server, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await server.QueryAsync("app.bsky.actor.getPreferences", cancellationToken);
            return [.. answer.List("preferences").Where(preference => preference.TextOrNull("$type") != DeclaredAge)];
        }
        catch (MoveException refusal) when (refusal is { RetryAfter: null, Error: not null })
        {
            return null;
        }
    }

    private static bool AreEqual(JsonElement[] left, JsonElement[] right) =>
        left.Length == right.Length && left.Zip(right).All(pair => JsonElement.DeepEquals(pair.First, pair.Second));
}
