using AtProto;
using AtProto.Lexicons;
using AtProto.OAuth;
using BenchmarkDotNet.Attributes;

namespace Pds.Benchmarks;

/// <summary>What it costs to ask whether an app may do something, and to read its scopes for the first time.</summary>
[MemoryDiagnoser]
public class ScopeBenchmarks
{
    private const string AppView = "did:web:api.bsky.app#bsky_appview";
    private const string Full = "include:app.bsky.authFullApp?aud=did:web:api.bsky.app%23bsky_appview";

    private static readonly Nsid Post = Nsid.Parse("app.bsky.feed.post");

    private string _scopes = "";
    private ScopeSet _full = ScopeSet.None;
    private ScopeSet _few = ScopeSet.None;

    [GlobalSetup]
    public void Prepare()
    {
        if (!Scope.TryParse(Full, out var scope) || scope is not IncludeScope include
            || !PermissionSet.TryParse(include.Set, BundledLexicons.Find(include.Set), out var set))
        {
            throw new InvalidOperationException("the permission set is gone");
        }

        _scopes = $"atproto {string.Join(' ', set.Expand(include))}";
        _full = ScopeSet.Parse(_scopes);
        _few = ScopeSet.Parse("atproto repo:app.bsky.feed.like repo:app.bsky.feed.post?action=create blob:image/*");
    }

    [Benchmark]
    public bool Decide_on_a_write_with_a_few_scopes() => _few.AllowsRepo(Post, RepoActions.Create);

    [Benchmark]
    public bool Decide_on_a_write_with_a_full_set() => _full.AllowsRepo(Post, RepoActions.Create);

    [Benchmark]
    public bool Decide_on_a_call_with_a_full_set() => _full.AllowsRpc("app.bsky.feed.getTimeline", AppView);

    [Benchmark]
    public bool Decide_on_a_blob() => _few.AllowsBlob("image/png");

    [Benchmark]
    public ScopeSet Read_a_full_set() => ScopeSet.Parse(_scopes);
}
