using System.Text.Json;
using System.Text.Json.Nodes;
using AtProto;
using AtProto.Plc;

namespace Pds.Modules.Moving.Engine;

/// <summary>
/// Lets the DID name the new server and its key. Of what the DID says, only that changes: the account's own rotation keys, other
/// names, keys and services stay.
/// </summary>
internal static class IdentityChange
{
    public static async Task RunAsync(MoveContext move, MoveRequest request, CancellationToken cancellationToken)
    {
        move.Tell(MoveStep.Identity);
        if (await IsHereAsync(move.New, cancellationToken))
        {
            return;
        }

        var wanted = await move.New.QueryAsync("com.atproto.identity.getRecommendedDidCredentials", cancellationToken);
        if (!move.Did.Value.StartsWith("did:plc:", StringComparison.Ordinal))
        {
            throw new MovePausedException(MovePause.DidDocument, document: DocumentOf(wanted));
        }

        var last = await move.Plc.GetLastAsync(move.Did, cancellationToken);
        var data = Change(last.Data!, wanted, await OldKeysAsync(move, cancellationToken));
        var operation = request.RecoveryKey is { } key
            ? Sign(last, data, key)
            : await SignAtOldAsync(move, request, data, cancellationToken);
        await move.New.CallAsync("com.atproto.identity.submitPlcOperation", new() { ["operation"] = operation }, cancellationToken);
        if (!await IsHereAsync(move.New, cancellationToken))
        {
            throw new MoveException("The DID does not name the new server though the directory has taken the change") { RetryAfter = TimeSpan.FromSeconds(5) };
        }
    }

    /// <summary>Whether a server finds itself in the DID.</summary>
    public static async Task<bool> IsHereAsync(ServerClient server, CancellationToken cancellationToken) =>
        (await server.QueryAsync("com.atproto.server.checkAccountStatus", cancellationToken)).Flag("validDid");

    /// <summary>The rotation keys that are the account's own; none for a DID that has no such keys.</summary>
    public static async Task<IReadOnlyList<string>> OwnKeysAsync(MoveContext move, CancellationToken cancellationToken)
    {
        if (!move.Did.Value.StartsWith("did:plc:", StringComparison.Ordinal))
        {
            return [];
        }

        var wanted = await move.New.QueryAsync("com.atproto.identity.getRecommendedDidCredentials", cancellationToken);
        var last = await move.Plc.GetLastAsync(move.Did, cancellationToken);
        return [.. last.Data!.RotationKeys.Except(wanted.Texts("rotationKeys"))];
    }

    // Keys of the old server's and its operator's go. An account that is taken down there is not told which they are: then all stay.
    private static async Task<IReadOnlyList<string>> OldKeysAsync(MoveContext move, CancellationToken cancellationToken)
    {
        try
        {
            var theirs = await move.Old.QueryAsync("com.atproto.identity.getRecommendedDidCredentials", cancellationToken);
            return [.. theirs.Texts("rotationKeys")];
        }
        catch (MoveException refusal) when (refusal.RetryAfter is null)
        {
            return [];
        }
    }

    private static PlcData Change(PlcData data, JsonElement wanted, IReadOnlyList<string> oldKeys)
    {
        var (handle, key, endpoint) = PartsOf(wanted);
        var newKeys = wanted.Texts("rotationKeys").ToArray();
        var changed = data with
        {
            RotationKeys = [.. data.RotationKeys.Except(oldKeys).Except(newKeys), .. newKeys],
            VerificationMethods = data.VerificationMethods.SetItem(PlcData.SigningKeyName, key),
            Services = data.Services.SetItem(PlcData.PersonalDataServerName, new PlcService(PlcService.PersonalDataServer, endpoint)),
        };
        return handle is { } name ? changed.WithHandle(name) : changed;
    }

    private static (Handle? Handle, string Key, string Endpoint) PartsOf(JsonElement wanted)
    {
        var claim = wanted.Texts("alsoKnownAs").FirstOrDefault(name => name.StartsWith("at://", StringComparison.Ordinal));
        return (
            Handle.TryParse(claim?["at://".Length..], out var handle) ? handle : null,
            wanted.Member("verificationMethods").Text(PlcData.SigningKeyName),
            wanted.Member("services").Member(PlcData.PersonalDataServerName).Text("endpoint"));
    }

    private static WantedDocument DocumentOf(JsonElement wanted)
    {
        var (handle, key, endpoint) = PartsOf(wanted);
        return new WantedDocument($"at://{handle}", key["did:key:".Length..], endpoint);
    }

    private static JsonNode? Sign(PlcOperation last, PlcData data, AtProto.Crypto.PrivateKey key) =>
        last.Data!.RotationKeys.Contains(key.PublicKey.ToDidKey())
            ? JsonNode.Parse(PlcOperation.Update(data, last.Cid).Sign(key).ToJson())
            : throw new MoveException("The recovery key is none of the rotation keys of this DID");

    private static async Task<JsonNode?> SignAtOldAsync(
        MoveContext move, MoveRequest request, PlcData data, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(request.PlcToken))
        {
            await MailAsync(move, cancellationToken);
            throw new MovePausedException(MovePause.PlcToken);
        }

        try
        {
            var input = JsonNode.Parse(PlcOperation.Genesis(data).ToJson())!.AsObject();
            input.Remove("type");
            input.Remove("prev");
            input["token"] = request.PlcToken.Trim();
            var signed = (await move.Old.CallAsync(
                "com.atproto.identity.signPlcOperation", input, cancellationToken, mayRepeat: false, mayRenew: false)).Member("operation");
            return PlcOperation.TryParse(signed, out var operation) && operation is { Data: { } said } && Says(said, data, move.Did)
                ? JsonNode.Parse(operation.ToJson())
                : throw new MoveException($"{move.Old.Name} has signed another change of the DID than it was asked for");
        }
        catch (MoveException refusal) when (refusal.Error is "InvalidToken" or "ExpiredToken")
        {
            if (refusal.Error == "ExpiredToken")
            {
                await MailAsync(move, cancellationToken);
            }

            throw new MovePausedException(MovePause.PlcToken, refusal.Message);
        }
    }

    private static Task<JsonElement> MailAsync(MoveContext move, CancellationToken cancellationToken) =>
        move.Old.CallAsync("com.atproto.identity.requestPlcOperationSignature", null, cancellationToken, mayRepeat: false);

    private static bool Says(PlcData said, PlcData wanted, Did did)
    {
        return TextOf(said) == TextOf(wanted);

        string TextOf(PlcData data)
        {
            var buffer = new System.Buffers.ArrayBufferWriter<byte>();
            using (var writer = new Utf8JsonWriter(buffer))
            {
                data.WriteTo(did, writer);
            }

            return System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan);
        }
    }
}
