using System.Text.Json;
using AtProto;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pds.Contracts.Identity;
using Pds.Modules.Repo.Commits;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Modules.Repo.Endpoints.Repo;

/// <summary>Says whose repository this is and what collections it holds.</summary>
internal static class DescribeRepo
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc.MapQuery("com.atproto.repo.describeRepo", HandleAsync);

    private static async Task<IResult> HandleAsync(
        AtIdentifier repo, CollectionCache known, IMessageBus bus, HttpContext context, CancellationToken cancellationToken)
    {
        if (await RepoParameter.ResolveAsync(repo, context) is not { } did)
        {
            throw NotFound(repo);
        }

        // Asked for at once, these travel together.
        var counting = known.GetAsync(did, cancellationToken);
        var naming = bus.InvokeAsync<LocalIdentity?>(new GetIdentity(did), cancellationToken);
        await Task.WhenAll(counting, naming);
        if (await counting is not var (status, collections) || await naming is not { } identity)
        {
            throw NotFound(repo);
        }

        RequireActive(did, status);
        var resolved = await bus.InvokeAsync<ResolvedDid?>(new ResolveDidDocument(did), cancellationToken)
            ?? throw XrpcErrors.InvalidRequest($"Could not resolve DID: {did}");

        return new RecordJson(writer => Write(writer, identity, resolved.Json, collections));
    }

    private static XrpcException NotFound(AtIdentifier repo) =>
        XrpcErrors.BadRequest("RepoNotFound", $"Could not find repo: {repo}");

    private static void Write(Utf8JsonWriter writer, LocalIdentity identity, ReadOnlyMemory<byte> didDoc, string[] collections)
    {
        using var document = JsonDocument.Parse(didDoc);
        writer.WriteStartObject();
        writer.WriteString("handle"u8, identity.Handle.Value);
        writer.WriteString("did"u8, identity.Did.Value);
        writer.WritePropertyName("didDoc"u8);
        document.RootElement.WriteTo(writer);
        writer.WriteStartArray("collections"u8);
        foreach (var collection in collections)
        {
            writer.WriteStringValue(collection);
        }

        writer.WriteEndArray();
        writer.WriteBoolean("handleIsCorrect"u8, HandleOf(document.RootElement) == identity.Handle);
        writer.WriteEndObject();
    }

    private static void RequireActive(Did did, AccountStatus status)
    {
        switch (status)
        {
            case AccountStatus.Active:
                return;
            case AccountStatus.Deactivated:
                throw XrpcErrors.RepoDeactivated(did);
            case AccountStatus.Takendown:
                throw XrpcErrors.RepoTakendown(did);
            case AccountStatus.Suspended:
                throw XrpcErrors.RepoSuspended(did);
            default:
                throw XrpcErrors.RepoNotFound(did);
        }
    }

    /// <summary>The first handle that the document claims; whether it leads back here is not asked.</summary>
    private static Handle? HandleOf(JsonElement document)
    {
        if (document.TryGetProperty("alsoKnownAs", out var names) && names.ValueKind == JsonValueKind.Array)
        {
            foreach (var name in names.EnumerateArray())
            {
                if (name.ValueKind == JsonValueKind.String && name.GetString() is { } text
                    && text.StartsWith("at://", StringComparison.Ordinal))
                {
                    return Handle.TryParse(text[5..], out var handle) ? handle : null;
                }
            }
        }

        return null;
    }
}
