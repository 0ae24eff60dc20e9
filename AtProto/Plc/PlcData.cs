using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace AtProto.Plc;

/// <summary>
/// What a did:plc says of itself at one moment: the content of an operation without its chaining and signature. Source:
/// did:plc specification, "Operation".
/// </summary>
/// <param name="RotationKeys">The did:keys that may sign the next operation, the most powerful first.</param>
/// <param name="VerificationMethods">Keys by name, as did:keys of any kind; see <see cref="SigningKeyName"/>.</param>
/// <param name="AlsoKnownAs">URIs; the first that begins with <c>at://</c> claims the handle.</param>
/// <param name="Services">Services by name; see <see cref="PersonalDataServerName"/>.</param>
/// <remarks>Maps keep the canonical order: shorter names first, then by bytes.</remarks>
public sealed record PlcData(
    ImmutableArray<string> RotationKeys,
    ImmutableSortedDictionary<string, string> VerificationMethods,
    ImmutableArray<string> AlsoKnownAs,
    ImmutableSortedDictionary<string, PlcService> Services)
{
    /// <summary>The name of the key that signs an account's repository.</summary>
    public const string SigningKeyName = "atproto";

    /// <summary>The name of the service that holds an account's repository.</summary>
    public const string PersonalDataServerName = "atproto_pds";

    private const string HandlePrefix = "at://";

    /// <summary>Keys by name, as did:keys of any kind, in canonical order.</summary>
    public ImmutableSortedDictionary<string, string> VerificationMethods
    {
        get;
        init => field = value.WithComparers(PlcNameOrder.Instance);
    } = VerificationMethods.WithComparers(PlcNameOrder.Instance);

    /// <summary>Services by name, in canonical order.</summary>
    public ImmutableSortedDictionary<string, PlcService> Services
    {
        get;
        init => field = value.WithComparers(PlcNameOrder.Instance);
    } = Services.WithComparers(PlcNameOrder.Instance);

    /// <summary>The map that a <see cref="VerificationMethods"/> grows from.</summary>
    public static ImmutableSortedDictionary<string, string> NoVerificationMethods { get; } =
        ImmutableSortedDictionary.Create<string, string>(PlcNameOrder.Instance);

    /// <summary>The map that a <see cref="Services"/> grows from.</summary>
    public static ImmutableSortedDictionary<string, PlcService> NoServices { get; } =
        ImmutableSortedDictionary.Create<string, PlcService>(PlcNameOrder.Instance);

    /// <summary>The did:key that signs the repository; null when there is none.</summary>
    public string? SigningKey => VerificationMethods.GetValueOrDefault(SigningKeyName);

    /// <summary>The service that holds the repository; null when there is none.</summary>
    public PlcService? PersonalDataServer => Services.GetValueOrDefault(PersonalDataServerName);

    /// <summary>The handle claimed by the first entry that begins with <c>at://</c>; null when there is none, or it is not a handle.</summary>
    public Handle? Handle =>
        AlsoKnownAs.FirstOrDefault(IsHandle) is { } claim && AtProto.Handle.TryParse(claim[HandlePrefix.Length..], out var handle)
            ? handle
            : null;

    /// <summary>Parses data as the directory's <c>/data</c> prints it: with the DID in a member <c>did</c>.</summary>
    /// <param name="json">The object.</param>
    /// <param name="data">The data.</param>
    public static bool TryParse(JsonElement json, [NotNullWhen(true)] out PlcData? data) => PlcJson.TryReadData(json, out data);

    /// <summary>Writes data as the directory's <c>/data</c> prints it.</summary>
    /// <param name="did">Whose data it is.</param>
    /// <param name="writer">Receives one object.</param>
    public void WriteTo(Did did, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("did", did.Value);
        PlcJson.WriteMembers(this, writer);
        writer.WriteEndObject();
    }

    /// <summary>The data of an ordinary account.</summary>
    /// <param name="handle">The handle claimed.</param>
    /// <param name="signingKey">The did:key that signs the repository.</param>
    /// <param name="server">The origin of the server, without a slash at the end.</param>
    /// <param name="rotationKeys">The did:keys that may sign the next operation, the most powerful first.</param>
    public static PlcData ForAccount(Handle handle, string signingKey, string server, IEnumerable<string> rotationKeys) => new(
        [.. rotationKeys],
        NoVerificationMethods.Add(SigningKeyName, signingKey),
        [HandlePrefix + handle.Value],
        NoServices.Add(PersonalDataServerName, new PlcService(PlcService.PersonalDataServer, server)));

    /// <summary>The same data with another handle, in the place of the old claim, or first where there was none.</summary>
    /// <param name="handle">The handle claimed.</param>
    public PlcData WithHandle(Handle handle)
    {
        var claim = HandlePrefix + handle.Value;
        for (var i = 0; i < AlsoKnownAs.Length; i++)
        {
            if (IsHandle(AlsoKnownAs[i]))
            {
                return this with { AlsoKnownAs = AlsoKnownAs.SetItem(i, claim) };
            }
        }

        return this with { AlsoKnownAs = AlsoKnownAs.Insert(0, claim) };
    }

    private static bool IsHandle(string name) => name.StartsWith(HandlePrefix, StringComparison.Ordinal);
}
