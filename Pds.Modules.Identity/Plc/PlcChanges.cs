using System.Text.Json;
using System.Text.Json.Nodes;
using AtProto;
using AtProto.Plc;
using Pds.Modules.Identity.Resolution;
using Pds.Xrpc;

namespace Pds.Modules.Identity.Plc;

/// <summary>Signs and sends the operations that an owner asks for, such as for a move.</summary>
public sealed class PlcChanges(PlcClient directory, RotationKey rotationKey, DidCache documents, ServiceOptions service)
{
    private const string Prefix = "did:plc:";

    /// <summary>The next operation of a DID, signed with this server's key, not sent. What is null stays as it is.</summary>
    public async Task<PlcOperation> SignAsync(Did did, PlcFields fields, CancellationToken cancellationToken)
    {
        if (!did.Value.StartsWith(Prefix, StringComparison.Ordinal))
        {
            throw XrpcErrors.InvalidRequest("Only a did:plc has operations");
        }

        var last = await directory.GetLastAsync(did, cancellationToken) ?? throw XrpcErrors.InvalidRequest("Could not resolve DID");
        var data = last.Data ?? throw XrpcErrors.InvalidRequest("Did is tombstoned");
        var json = Write(PlcOperation.Update(data, last.Cid));
        Set(json, "rotationKeys", fields.RotationKeys is null ? null : JsonSerializer.SerializeToNode(fields.RotationKeys));
        Set(json, "alsoKnownAs", fields.AlsoKnownAs is null ? null : JsonSerializer.SerializeToNode(fields.AlsoKnownAs));
        Set(json, "verificationMethods", Node(fields.VerificationMethods));
        Set(json, "services", Node(fields.Services));
        return PlcOperation.TryParse(JsonSerializer.SerializeToUtf8Bytes(json), out var next)
            ? next.Sign(rotationKey.Key)
            : throw XrpcErrors.InvalidRequest("Invalid operation");
    }

    /// <summary>Sends an operation, once it is seen to leave the account on this server.</summary>
    /// <param name="signingKey">The account's key as a did:key.</param>
    public async Task SubmitAsync(
        Did did, JsonElement json, string signingKey, Handle handle, CancellationToken cancellationToken)
    {
        if (!PlcOperation.TryParse(json, out var operation) || operation is not { Kind: PlcOperationKind.Operation, Data: { } data, Signature: not null })
        {
            throw XrpcErrors.InvalidRequest("Invalid operation");
        }

        var problem = !data.RotationKeys.Contains(rotationKey.DidKey) ? "Rotation keys do not include server's rotation key"
            : data.PersonalDataServer?.Type != PlcService.PersonalDataServer ? "Incorrect type on atproto_pds service"
            : data.PersonalDataServer.Endpoint != service.PublicUrl ? "Incorrect endpoint on atproto_pds service"
            : data.SigningKey != signingKey ? "Incorrect signing key"
            : data.AlsoKnownAs.FirstOrDefault() != $"at://{handle}" ? "Incorrect handle in alsoKnownAs"
            : null;
        if (problem is not null)
        {
            throw XrpcErrors.InvalidRequest(problem);
        }

        await directory.SubmitAsync(did, operation, cancellationToken);
        await documents.ForgetAsync(did);
    }

    private static JsonObject Write(PlcOperation operation) => JsonNode.Parse(operation.ToJson())!.AsObject();

    private static void Set(JsonObject json, string name, JsonNode? value)
    {
        if (value is not null)
        {
            json[name] = value;
        }
    }

    private static JsonNode? Node(JsonElement? value) =>
        value is { ValueKind: not JsonValueKind.Null } given ? JsonNode.Parse(given.GetRawText()) : null;
}
