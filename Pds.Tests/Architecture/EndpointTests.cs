using Microsoft.AspNetCore.Routing;
using Pds.Web;

namespace Pds.Tests.Architecture;

public sealed class EndpointTests
{
    [Fact]
    public async Task An_nsid_is_the_path_of_a_file()
    {
        // Put together as for generating code: settings that look right, nothing started.
        await using var app = PdsApplication.Create(["codegen"]);
        var methods = ((IEndpointRouteBuilder)app).DataSources
            .SelectMany(source => source.Endpoints)
            .OfType<RouteEndpoint>()
            .Select(endpoint => endpoint.RoutePattern.RawText!.TrimStart('/'))
            .Where(path => path.StartsWith("xrpc/", StringComparison.Ordinal) && !path.Contains('{') && !path.Contains('_'))
            .Select(path => path["xrpc/".Length..])
            .Distinct()
            .ToArray();

        Assert.Contains("com.atproto.identity.resolveHandle", methods);
        Assert.All(methods, nsid =>
        {
            var file = SourceTree.Modules.SelectMany(module => SourceTree.Files(module, ".cs"))
                .SingleOrDefault(path => path.EndsWith(FileOf(nsid), StringComparison.Ordinal));

            Assert.True(file is not null, $"{nsid} should be …{FileOf(nsid)}");
            Assert.Contains($"\"{nsid}\"", SourceTree.Read(file), StringComparison.Ordinal);
        });
    }

    // com.atproto.sync.getRepo is /Endpoints/Sync/GetRepo.cs; other authorities keep one more segment: /Endpoints/Bsky/Actor/….
    private static string FileOf(string nsid)
    {
        var segments = nsid.Split('.').Select(segment => $"{char.ToUpperInvariant(segment[0])}{segment[1..]}").ToArray();
        return $"/Endpoints/{string.Join('/', segments[(nsid.StartsWith("com.atproto.", StringComparison.Ordinal) ? 2 : 1)..])}.cs";
    }
}
