using System.Buffers;
using System.Text.Json;
using AtProto;
using AtProto.Data;
using AtProto.Lexicons;
using Pds.Modules.Proxy.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Proxy.Preferences;

/// <summary>
/// What an account has set up for its apps. The birth date is between the account and the apps that have its password; others
/// are only told which ages it has passed.
/// </summary>
internal sealed class AccountPreferences(PreferenceStore store, LexiconCatalog lexicons, TimeProvider time)
{
    private const string Namespace = "app.bsky";
    private const string PersonalDetails = "app.bsky.actor.defs#personalDetailsPref";
    private const string DeclaredAge = "app.bsky.actor.defs#declaredAgePref";

    private static readonly Nsid Put = Nsid.Parse("app.bsky.actor.putPreferences");

    /// <summary>The body of the answer.</summary>
    /// <param name="hasFullAccess">Whether the birth date may be shown.</param>
    public async Task<ReadOnlyMemory<byte>> ReadAsync(Did did, bool hasFullAccess, CancellationToken cancellationToken)
    {
        using var items = JsonDocument.Parse(await store.FindAsync(did, cancellationToken) ?? "[]");
        var body = new ArrayBufferWriter<byte>(1024);
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        json.WriteStartArray("preferences"u8);
        DateOnly? birth = null;
        foreach (var item in items.RootElement.EnumerateArray())
        {
            var isPersonal = TypeOf(item) == PersonalDetails;
            if (isPersonal)
            {
                birth ??= BirthOf(item);
            }

            if (!isPersonal || hasFullAccess)
            {
                item.WriteTo(json);
            }
        }

        if (birth is { } date)
        {
            WriteAge(json, AgeOf(date));
        }

        json.WriteEndArray();
        json.WriteEndObject();
        await json.FlushAsync(cancellationToken);
        return body.WrittenMemory;
    }

    /// <summary>Replaces all of them; for who may not see the birth date, all others.</summary>
    /// <param name="body">The input of <c>putPreferences</c>.</param>
    /// <exception cref="XrpcException">They are not as they should be, or not for this caller to set.</exception>
    public async Task ReplaceAsync(Did did, byte[] body, bool hasFullAccess, CancellationToken cancellationToken)
    {
        Check(body);
        using var input = JsonDocument.Parse(body);
        var items = input.RootElement.GetProperty("preferences"u8).EnumerateArray().ToArray();
        if (!Array.TrueForAll(items, item => IsInNamespace(TypeOf(item))))
        {
            throw XrpcErrors.InvalidRequest($"Some preferences are not in the {Namespace} namespace");
        }

        if (!hasFullAccess && Array.Exists(items, item => TypeOf(item) == PersonalDetails))
        {
            throw XrpcErrors.InvalidRequest($"Do not have authorization to set preferences: {PersonalDetails}");
        }

        var kept = items.Where(item => TypeOf(item) != DeclaredAge).Select(item => item.GetRawText());
        await store.ReplaceAsync(
            did, $"[{string.Join(',', kept)}]", hasFullAccess ? null : PersonalDetails, cancellationToken);
    }

    private void Check(byte[] body)
    {
        LexiconVerdict verdict;
        try
        {
            verdict = lexicons.ValidateInput(Put, DataModel.FromJson(body));
        }
        catch (DataException failure)
        {
            throw XrpcErrors.InvalidRequest(failure.Message);
        }

        if (!verdict.IsValid)
        {
            throw XrpcErrors.InvalidRequest(verdict.Message ?? "Invalid preferences");
        }
    }

    private static string TypeOf(JsonElement item) =>
        item.TryGetProperty("$type"u8, out var type) && type.ValueKind == JsonValueKind.String
            ? type.GetString()!
            : throw XrpcErrors.InvalidRequest("Preference is missing a $type");

    private static bool IsInNamespace(string type) =>
        type == Namespace || type.StartsWith($"{Namespace}.", StringComparison.Ordinal);

    private static DateOnly? BirthOf(JsonElement item) =>
        item.TryGetProperty("birthDate"u8, out var date) && date.ValueKind == JsonValueKind.String
            && date.TryGetDateTimeOffset(out var moment)
            ? DateOnly.FromDateTime(moment.UtcDateTime)
            : null;

    private int AgeOf(DateOnly birth)
    {
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var age = today.Year - birth.Year;
        return (today.Month, today.Day).CompareTo((birth.Month, birth.Day)) < 0 ? age - 1 : age;
    }

    private static void WriteAge(Utf8JsonWriter json, int age)
    {
        json.WriteStartObject();
        json.WriteString("$type"u8, DeclaredAge);
        json.WriteBoolean("isOverAge13"u8, age >= 13);
        json.WriteBoolean("isOverAge16"u8, age >= 16);
        json.WriteBoolean("isOverAge18"u8, age >= 18);
        json.WriteEndObject();
    }
}
