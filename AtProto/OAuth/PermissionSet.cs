using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace AtProto.OAuth;

/// <summary>
/// A lexicon of type <c>permission-set</c>: permissions that its author bundles under one name. It speaks only for what lies
/// below its own namespace: any permission that reaches further is dropped as a whole. Source: atproto specification,
/// "Permission sets".
/// </summary>
public sealed class PermissionSet
{
    private const int MostPermissions = 1000;

    private readonly List<Permission> _permissions;

    private PermissionSet(Nsid id, JsonElement main, List<Permission> permissions)
    {
        (Id, _permissions) = (id, permissions);
        Title = Text(main, "title");
        Detail = Text(main, "detail");
        TitleByLanguage = Languages(main, "title:lang");
        DetailByLanguage = Languages(main, "detail:lang");
    }

    /// <summary>The set's name.</summary>
    public Nsid Id { get; }

    /// <summary>What it is called; null when it says nothing.</summary>
    public string? Title { get; }

    /// <summary>What it is for; null when it says nothing.</summary>
    public string? Detail { get; }

    /// <summary>The title by language tag.</summary>
    public IReadOnlyDictionary<string, string> TitleByLanguage { get; }

    /// <summary>The detail by language tag.</summary>
    public IReadOnlyDictionary<string, string> DetailByLanguage { get; }

    /// <summary>The title in a language, or in one that it is a region or script of; else the title as such.</summary>
    /// <param name="language">A language tag, such as <c>pt-BR</c>.</param>
    public string? TitleIn(string language) => In(language, TitleByLanguage) ?? Title;

    /// <summary>The detail in a language, or in one that it is a region or script of; else the detail as such.</summary>
    /// <param name="language">A language tag, such as <c>pt-BR</c>.</param>
    public string? DetailIn(string language) => In(language, DetailByLanguage) ?? Detail;

    /// <summary>Reads a lexicon document; false when it is not a permission set of that name.</summary>
    /// <param name="id">The name under which it was found.</param>
    /// <param name="json">The document as UTF-8 JSON.</param>
    /// <param name="set">The set.</param>
    public static bool TryParse(Nsid id, ReadOnlyMemory<byte> json, [NotNullWhen(true)] out PermissionSet? set)
    {
        set = null;
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 32 });
            if (document.RootElement is not { ValueKind: JsonValueKind.Object } root
                || Text(root, "id") != id.Value
                || !root.TryGetProperty("defs", out var defs)
                || defs.ValueKind != JsonValueKind.Object
                || !defs.TryGetProperty("main", out var main)
                || main.ValueKind != JsonValueKind.Object
                || Text(main, "type") != "permission-set"
                || !main.TryGetProperty("permissions", out var permissions)
                || permissions.ValueKind != JsonValueKind.Array
                || permissions.GetArrayLength() > MostPermissions)
            {
                return false;
            }

            set = new PermissionSet(id, main, [.. permissions.EnumerateArray().Select(Permission.Read).OfType<Permission>()]);
            return true;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // The latter: half a surrogate pair.
            return false;
        }
    }

    /// <summary>The scopes that an <c>include:</c> of this set stands for.</summary>
    /// <param name="include">The scope that names this set.</param>
    public IReadOnlyList<Scope> Expand(IncludeScope include)
    {
        var scopes = new List<Scope>();
        foreach (var permission in _permissions)
        {
            if (permission.Names.TrueForAll(IsBelow) && permission.ToScope(include.Audience) is { } scope)
            {
                scopes.Add(scope);
            }
        }

        return scopes;
    }

    private bool IsBelow(string name) =>
        name.Length > Id.Authority.Length + 1
        && name.AsSpan().StartsWith(Id.Authority, StringComparison.Ordinal)
        && name[Id.Authority.Length] == '.'
        && Nsid.IsValid(name);

    private static string? In(string language, IReadOnlyDictionary<string, string> texts)
    {
        for (var tag = language; ; tag = tag[..tag.LastIndexOf('-')])
        {
            if (texts.TryGetValue(tag, out var text))
            {
                return text;
            }

            if (!tag.Contains('-', StringComparison.Ordinal))
            {
                return null;
            }
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static Dictionary<string, string> Languages(JsonElement element, string name)
    {
        var texts = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (element.TryGetProperty(name, out var values) && values.ValueKind == JsonValueKind.Object)
        {
            foreach (var value in values.EnumerateObject())
            {
                if (value.Value.ValueKind == JsonValueKind.String)
                {
                    texts[value.Name] = value.Value.GetString()!;
                }
            }
        }

        return texts;
    }

    /// <summary>One entry: of the kinds that sets may have, with nothing in it that is not known.</summary>
    private sealed record Permission(string Resource, List<string> Names, List<string> Actions, string? Audience, bool InheritsAudience)
    {
        public static Permission? Read(JsonElement element)
        {
            if (element.ValueKind != JsonValueKind.Object || Text(element, "type") != "permission")
            {
                return null;
            }

            var resource = Text(element, "resource");
            var names = new List<string>();
            var actions = new List<string>();
            string? audience = null;
            var inherits = false;
            foreach (var property in element.EnumerateObject())
            {
                var isRead = (resource, property.Name) switch
                {
                    (_, "type" or "resource") => true,
                    ("repo", "collection") => TryReadTexts(property.Value, names),
                    ("repo", "action") => TryReadTexts(property.Value, actions) && actions.Count > 0,
                    ("rpc", "lxm") => TryReadTexts(property.Value, names),
                    ("rpc", "aud") => (audience = property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString() : null) is not null,
                    ("rpc", "inheritAud") => TryReadFlag(property.Value, out inherits),
                    _ => false,
                };
                if (!isRead)
                {
                    return null;
                }
            }

            return names.Count == 0 ? null : new Permission(resource!, names, actions, audience, inherits);
        }

        public Scope? ToScope(string? includedAudience) => Resource switch
        {
            "repo" => RepoScope.Create(Names, Actions),
            _ when InheritsAudience => Audience is null && includedAudience is not null ? RpcScope.Create(Names, includedAudience) : null,
            _ => Audience == "*" ? RpcScope.Create(Names, Audience) : null,
        };

        private static bool TryReadTexts(JsonElement element, List<string> texts)
        {
            if (element.ValueKind != JsonValueKind.Array)
            {
                return false;
            }

            foreach (var item in element.EnumerateArray())
            {
                if (item.ValueKind != JsonValueKind.String)
                {
                    return false;
                }

                texts.Add(item.GetString()!);
            }

            return true;
        }

        private static bool TryReadFlag(JsonElement element, out bool flag)
        {
            flag = element.ValueKind == JsonValueKind.True;
            return element.ValueKind is JsonValueKind.True or JsonValueKind.False;
        }
    }
}
