using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace Pds.Modules.Auth.OAuth.Clients;

/// <summary>The public keys of an app that authenticates.</summary>
internal static class ClientKeys
{
    private static readonly string[] SecretMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

    /// <summary>The keys in a metadata document, or where they are.</summary>
    /// <exception cref="OAuthException">There are none, there are two ways to them, or one of them cannot be used.</exception>
    public static (JsonWebKeySet? Keys, Uri? Address) Find(MetadataFields fields, ClientId id)
    {
        var (keys, address) = (fields.Find("jwks"), MetadataLinks.Read(fields, "jwks_uri", id));
        return keys is null == address is null
            ? throw MetadataFields.Refuse("private_key_jwt", "requires either jwks or jwks_uri")
            : (keys is { } set ? Read(set, "jwks") : null, address);
    }

    /// <param name="field">The one that the keys came by.</param>
    /// <exception cref="OAuthException">A key is not public, or has no id of its own.</exception>
    public static JsonWebKeySet Read(JsonElement document, string field)
    {
        if (document.ValueKind != JsonValueKind.Object
            || !document.TryGetProperty("keys", out var list)
            || list.ValueKind != JsonValueKind.Array
            || list.GetArrayLength() == 0)
        {
            throw MetadataFields.Refuse(field, "must be a JSON Web Key Set of at least one key");
        }

        var keys = new JsonWebKeySet();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in list.EnumerateArray())
        {
            var key = ReadKey(item, field);
            if (!names.Add(key.Kid))
            {
                throw MetadataFields.Refuse(field, "must not have two keys of one kid");
            }

            keys.Keys.Add(key);
        }

        return keys;
    }

    private static JsonWebKey ReadKey(JsonElement item, string field)
    {
        if (item.ValueKind != JsonValueKind.Object)
        {
            throw MetadataFields.Refuse(field, "must be a list of keys, each a JSON object");
        }

        var fields = new MetadataFields(item);
        if (Array.Exists(SecretMembers, name => fields.Find(name) is not null))
        {
            throw MetadataFields.Refuse(field, "must hold public keys only");
        }

        if (fields.Text("kty") is not { Length: > 0 } type || fields.Text("kid") is not { Length: > 0 } name)
        {
            throw MetadataFields.Refuse(field, "must have kty and kid in each key");
        }

        return new JsonWebKey
        {
            Kty = type,
            Kid = name,
            Alg = fields.Text("alg"),
            Use = fields.Text("use"),
            Crv = fields.Text("crv"),
            X = fields.Text("x"),
            Y = fields.Text("y"),
            N = fields.Text("n"),
            E = fields.Text("e"),
        };
    }
}
