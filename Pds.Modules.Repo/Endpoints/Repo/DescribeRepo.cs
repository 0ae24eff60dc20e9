using System.Text.Json;
using AtProto;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pds.Contracts.Identity;
using Pds.Modules.Repo.Storage;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Modules.Repo.Endpoints.Repo;

/// <summary>Says whose repository this is and what collections it holds.</summary>
internal static class DescribeRepo
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc.MapQuery("com.atproto.repo.describeRepo", HandleAsync);

    internal sealed record Output(Handle Handle, Did Did, JsonElement DidDoc, string[] Collections, bool HandleIsCorrect);

    private static async Task<Output> HandleAsync(
        AtIdentifier repo, RecordStore records, IMessageBus bus, HttpContext context, CancellationToken cancellationToken)
    {
        if (await RepoParameter.ResolveAsync(repo, context) is not { } did
            || await records.ListCollectionsAsync(did, cancellationToken) is not var (status, collections)
            || await bus.InvokeAsync<LocalIdentity?>(new GetIdentity(did), cancellationToken) is not { } identity)
        {
            throw XrpcErrors.BadRequest("RepoNotFound", $"Could not find repo: {repo}");
        }

        RequireActive(did, status);
        var resolved = await bus.InvokeAsync<ResolvedDid?>(new ResolveDidDocument(did), cancellationToken)
            ?? throw XrpcErrors.InvalidRequest($"Could not resolve DID: {did}");
        using var document = JsonDocument.Parse(resolved.Json);
        var didDoc = document.RootElement.Clone();

        return new(identity.Handle, did, didDoc, collections, HandleOf(didDoc) == identity.Handle);
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
