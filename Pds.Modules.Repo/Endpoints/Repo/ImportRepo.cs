using AtProto.OAuth;
using AtProto.Repo;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Repo.Imports;
using Pds.Xrpc;

namespace Pds.Modules.Repo.Endpoints.Repo;

/// <summary>Makes the caller's repository what a CAR file says, as when an account moves in.</summary>
internal static class ImportRepo
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapProcedure("com.atproto.repo.importRepo", HandleAsync)
        .CountAs(LoadClass.Export)
        .RequireAuthorization(Access.FullNotTakendown)
        .RequireAppScope(AccountScope.Needed(AccountScope.Repo, manage: true))
        .AcceptsBody(CarWriter.MediaType)
        .WithBodyLimit(null);

    private static async Task HandleAsync(
        HttpRequest request, Caller caller, RepoImporter importer, RepoOptions options, CancellationToken cancellationToken)
    {
        if (!options.AcceptsImports)
        {
            throw XrpcErrors.InvalidRequest("Service is not accepting repo imports");
        }

        if (request.ContentLength > options.MaxImportSize)
        {
            throw XrpcErrors.PayloadTooLarge();
        }

        await importer.ImportAsync(caller.Did, request.BodyReader, cancellationToken);
    }
}
