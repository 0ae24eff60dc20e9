using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Pds.Web;
using Pds.Xrpc;

namespace Pds.Tests.Architecture;

public sealed partial class EndpointTests
{
    // What any app may do for an account that let it in. Reading what is public takes no scope either.
    private static readonly string[] OpenToAnyApp =
    [
        "com.atproto.identity.getRecommendedDidCredentials",
        "com.atproto.repo.listMissingBlobs",
        "com.atproto.identity.refreshIdentity",
        "com.atproto.server.checkAccountStatus",
    ];

    [Fact]
    public async Task A_method_that_lets_apps_in_asks_what_they_may_do()
    {
        await using var app = PdsApplication.Create(["codegen"]);
        var methods = ((IEndpointRouteBuilder)app).DataSources
            .SelectMany(source => source.Endpoints)
            .OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<IAuthorizeData>()?.Policy is { } policy
                && Access.Rules[policy] is { IsOptional: false } rule && rule.Kinds.HasFlag(AccessKind.OAuth))
            .Select(endpoint => (
                Nsid: endpoint.RoutePattern.RawText!.TrimStart('/')["xrpc/".Length..],
                Told: endpoint.Metadata.GetMetadata<NeededScope>()?.Text))
            .Where(method => !method.Nsid.Contains('{') && !OpenToAnyApp.Contains(method.Nsid))
            .ToArray();

        Assert.Contains(methods, method => method.Nsid == "com.atproto.repo.createRecord");
        Assert.All(methods, method => Assert.Matches(@"Require\w+Scope\(|Scopes\?\.", SourceTree.Read(Find(method.Nsid)!)));

        // Who reads about the method is told of every kind of right that its handler asks for.
        Assert.All(methods, method => Assert.Equal(
            KindsAsked(SourceTree.Read(Find(method.Nsid)!)), method.Told?.Split(' ').Select(KindOf).Where(kind => kind is not null).Distinct()));
        Assert.All(OpenToAnyApp, nsid => Assert.DoesNotContain(methods, method => method.Nsid == nsid && method.Told is not null));
    }

    private static IEnumerable<string?> KindsAsked(string source) =>
        ScopeAsked().Matches(source).Select(match => match.Groups[1].Value.ToLowerInvariant()).Distinct();

    private static string? KindOf(string word) => word.Split(':') is [var kind, _] ? kind : null;

    [GeneratedRegex(@"(?:caller\.Require|Scopes\?\.Allows|RequireAppScope\()(Repo|Blob|Rpc|Account|Identity)")]
    private static partial Regex ScopeAsked();

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
            var file = Find(nsid);

            Assert.True(file is not null, $"{nsid} should be …{FileOf(nsid)}");
            Assert.Contains($"\"{nsid}\"", SourceTree.Read(file), StringComparison.Ordinal);
        });
    }

    private static string? Find(string nsid) => SourceTree.Modules.SelectMany(module => SourceTree.Files(module, ".cs"))
        .SingleOrDefault(path => path.EndsWith(FileOf(nsid), StringComparison.Ordinal));

    // com.atproto.sync.getRepo is /Endpoints/Sync/GetRepo.cs; other authorities keep one more segment: /Endpoints/Bsky/Actor/….
    private static string FileOf(string nsid)
    {
        var segments = nsid.Split('.').Select(segment => $"{char.ToUpperInvariant(segment[0])}{segment[1..]}").ToArray();
        return $"/Endpoints/{string.Join('/', segments[(nsid.StartsWith("com.atproto.", StringComparison.Ordinal) ? 2 : 1)..])}.cs";
    }
}
