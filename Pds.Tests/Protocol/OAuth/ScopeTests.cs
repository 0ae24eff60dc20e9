using System.Text;
using System.Text.Json;
using AtProto;
using AtProto.OAuth;
using CsCheck;

namespace Pds.Tests.Protocol.OAuth;

public sealed class ScopeTests
{
    private static readonly JsonElement Vectors = JsonDocument.Parse(
        File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Vectors", "reference", "scopes.json"))).RootElement;

    [Fact]
    public void Every_scope_of_the_vectors_is_understood_or_refused()
    {
        foreach (var vector in Vectors.GetProperty("syntax").EnumerateArray())
        {
            var text = vector.GetProperty("scope").GetString()!;

            var isValid = Scope.TryParse(text, out var scope);

            Assert.True(isValid == vector.GetProperty("valid").GetBoolean(), text);
            Assert.Equal(vector.GetProperty("normalized").GetString(), scope?.ToString());
        }
    }

    [Fact]
    public void Every_decision_of_the_vectors_is_taken_alike()
    {
        foreach (var vector in Vectors.GetProperty("permissionChecks").EnumerateArray())
        {
            var set = ScopeSet.Parse(vector.GetProperty("scope").GetString()!);
            var options = vector.GetProperty("options");
            string Option(string name) => options.GetProperty(name).GetString()!;

            var isAllowed = vector.GetProperty("check").GetString() switch
            {
                "repo" => set.AllowsRepo(Nsid.Parse(Option("collection")), Enum.Parse<RepoActions>(Option("action"), ignoreCase: true)),
                "rpc" => set.AllowsRpc(Option("lxm"), Option("aud")),
                "blob" => set.AllowsBlob(Option("mime")),
                "account" => set.AllowsAccount(Option("attr"), Option("action") == "manage"),
                "identity" => set.AllowsIdentity(Option("attr")),
                var other => throw new InvalidOperationException(other),
            };

            Assert.True(isAllowed == vector.GetProperty("allowed").GetBoolean(), vector.ToString());
        }
    }

    [Fact]
    public void What_is_needed_is_named_as_in_the_vectors()
    {
        var needed = new Scope[]
        {
            RepoScope.Needed(Nsid.Parse("app.bsky.feed.post"), RepoActions.Create),
            RpcScope.Needed("app.bsky.feed.getTimeline", "did:web:api.bsky.app#bsky_appview"),
            RpcScope.Needed("*", "did:web:api.bsky.app"),
            BlobScope.Needed("image/png"),
            AccountScope.Needed("email", manage: true),
            IdentityScope.Needed("handle"),
        };

        Assert.Equal(
            Vectors.GetProperty("scopeNeeded").EnumerateArray().Select(text => text.GetString()),
            needed.Select(scope => scope.ToString()));
    }

    [Fact]
    public void Every_permission_set_of_the_vectors_expands_alike()
    {
        foreach (var vector in Vectors.GetProperty("permissionSets").EnumerateArray())
        {
            var set = Parse(vector.GetProperty("set").GetString()!, vector.GetProperty("permissions"));
            Assert.True(Scope.TryParse(vector.GetProperty("include").GetString(), out var include));

            var scopes = set.Expand((IncludeScope)include).Select(scope => scope.ToString());

            Assert.Equal(vector.GetProperty("expandsTo").EnumerateArray().Select(text => text.GetString()), scopes);
        }
    }

    [Fact]
    public void A_permission_set_tells_what_it_is_for()
    {
        var document = """
            {"lexicon":1,"id":"com.example.authBasic","defs":{"main":{"type":"permission-set","title":"Basics","title:lang":{"de":"Das Nötige"},
            "detail":"All that is needed","permissions":[]}}}
            """u8.ToArray();

        Assert.True(PermissionSet.TryParse(Nsid.Parse("com.example.authBasic"), document, out var set));
        Assert.Equal(("Basics", "All that is needed", "Das Nötige"), (set.Title, set.Detail, set.TitleByLanguage["de"]));
        Assert.False(PermissionSet.TryParse(Nsid.Parse("com.example.authOther"), document, out _));
        Assert.False(PermissionSet.TryParse(Nsid.Parse("com.example.authBasic"), "[]"u8.ToArray(), out _));
        Assert.False(PermissionSet.TryParse(Nsid.Parse("com.example.authBasic"), "{"u8.ToArray(), out _));
    }

    [Fact]
    public void The_normal_form_is_its_own_normal_form()
    {
        var nsid = Gen.OneOf(Gen.Const("*"), Gen.Const("a.b.c"), Gen.Const("com.example.thing"), Gen.Const("x.y.Z"));
        var list = nsid.Array[1, 4];
        var actions = Gen.OneOf(Gen.Const("create"), Gen.Const("update"), Gen.Const("delete")).Array[0, 4];
        var repo = Gen.Select(list, actions, (names, verbs) =>
            "repo?" + string.Join('&', names.Select(name => $"collection={name}").Concat(verbs.Select(verb => $"action={verb}"))));
        var blob = Gen.OneOf(Gen.Const("image/*"), Gen.Const("image/svg+xml"), Gen.Const("IMAGE/png;q=1"), Gen.Const("*/*"))
            .Array[1, 3].Select(types => "blob?" + string.Join('&', types.Select(type => $"accept={Uri.EscapeDataString(type)}")));

        Gen.OneOf(repo, blob).Sample(text =>
        {
            Assert.True(Scope.TryParse(text, out var scope), text);
            Assert.True(Scope.TryParse(scope.ToString(), out var again), scope.ToString());
            Assert.Equal(scope.ToString(), again.ToString());
            Assert.Equal(scope, again);
        });
    }

    [Fact]
    public void No_text_is_too_strange_to_be_refused()
    {
        var piece = Gen.OneOf(
            Gen.Const("repo"), Gen.Const("rpc"), Gen.Const("blob"), Gen.Const("include"), Gen.Const(":"), Gen.Const("?"), Gen.Const("&"),
            Gen.Const("="), Gen.Const("%"), Gen.Const("%2"), Gen.Const("%ff"), Gen.Const("aud"), Gen.Const("did:web:a.b#c"), Gen.Const("a.b.c"),
            Gen.Const("*"), Gen.Char.Select(character => character.ToString()));

        piece.Array[0, 12].Select(string.Concat).Sample(text =>
        {
            Assert.Equal(Scope.TryParse(text, out var scope), scope is not null);
            Assert.True(ScopeSet.Parse(text + " " + text).Scopes.Count is >= 0 and <= 24);
        });
        Assert.False(Scope.TryParse(new string('a', Scope.MaxLength + 1), out _));
        Assert.Empty(ScopeSet.Parse(new string(' ', ScopeSet.MaxLength) + "atproto").Scopes);
    }

    private static PermissionSet Parse(string id, JsonElement permissions)
    {
        var json = $$"""{"lexicon":1,"id":"{{id}}","defs":{"main":{"type":"permission-set","permissions":{{permissions}} } } }""";
        Assert.True(PermissionSet.TryParse(Nsid.Parse(id), Encoding.UTF8.GetBytes(json), out var set));
        return set;
    }
}
