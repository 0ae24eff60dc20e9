using System.Text;
using AtProto;
using AtProto.Identity;
using AtProto.OAuth;
using AtProto.Plc;
using Pds.Modules.Auth.OAuth;
using Pds.Modules.Auth.OAuth.Clients;
using Pds.Tests.Fuzzing.Forms;

namespace Pds.Tests.Fuzzing.Targets;

/// <summary>What others publish about themselves, and what they ask for.</summary>
internal static class IdentityTargets
{
    private static readonly Nsid SetId = Nsid.Parse("com.example.basic");

    private static readonly ClientId Client = ClientId.Parse("https://app.example.com/client.json", allowLocal: false);

    public static IEnumerable<FuzzTarget> All =>
    [
        new("DID documents", new JsonForm("id", "alsoKnownAs", "verificationMethod", "service", "type", "Multikey", "controller", "publicKeyMultibase",
            "serviceEndpoint", "#atproto", "#atproto_pds", "at://a.test", "did:web:a.test", "EcdsaSecp256k1VerificationKey2019"), CheckDocument, Documents),
        new("PLC operations", new JsonForm("type", "prev", "sig", "services", "endpoint", "alsoKnownAs", "rotationKeys", "verificationMethods", "plc_operation",
            "plc_tombstone", "create", "did", "operation", "cid", "nullified", "createdAt", "signingKey", "recoveryKey", "handle", "service"), CheckPlc, Samples.PlcEntries)
        {
            // Signatures over secp256k1 have their price.
            Allowance = 3_000_000,
        },
        new("scopes", new TextForm("repo", "rpc", "blob", "account", "identity", "include", ":", "?", "&", "=", "*", "%20", "%", "collection=", "action=", "create",
            "lxm=", "aud=", "accept=", "attr=", "manage", "image/*", "app.bsky.feed.post", "did:web:a.test%23b", "transition:generic", "atproto", " "), CheckScopes, Scopes),
        new("permission sets", new JsonForm("id", "defs", "main", "type", "permission-set", "permissions", "permission", "resource", "repo", "rpc", "collection", "lxm",
            "aud", "inheritAud", "action", "create", "*", "com.example.thing", "title", "title:lang", "detail", "de", "pt-BR"), CheckSet, Sets),
        new("apps' metadata", new JsonForm("client_id", "client_name", "redirect_uris", "scope", "grant_types", "response_types", "application_type", "native", "web",
            "token_endpoint_auth_method", "private_key_jwt", "none", "jwks", "keys", "jwks_uri", "dpop_bound_access_tokens", "logo_uri", "policy_uri", "tos_uri", "client_uri",
            "kid", "kty", "EC", "crv", "P-256", "https://app.example.com/", "http://127.0.0.1/", "com.example.app:/", "atproto", "refresh_token"), CheckClient, Clients),
    ];

    private static void CheckDocument(byte[] input)
    {
        if (!DidDocument.TryParse(input, out var document))
        {
            return;
        }

        _ = (document.Handle, document.SigningKey, document.PdsEndpoint, document.GetService("bsky_appview"));
        var json = document.ToJson();
        Assert.Equal(json, DidDocument.Parse(json).ToJson());
    }

    private static void CheckPlc(byte[] input)
    {
        if (PlcOperation.TryParse(input, out var written))
        {
            CheckOperation(written);
        }

        using var json = Checks.TryParse(input);
        if (json is null)
        {
            return;
        }

        if (PlcData.TryParse(json.RootElement, out var data))
        {
            _ = (data.Handle, data.SigningKey, data.PersonalDataServer);
        }

        if (PlcLogEntry.TryParse(json.RootElement, out var entry))
        {
            Checks.Accepts<PlcException>(() => PlcLog.Validate(entry.Did, [entry]));
            CheckOperation(entry.Operation);
        }

        if (PlcOperation.TryParse(json.RootElement, out var operation))
        {
            CheckOperation(operation);
        }
    }

    private static void CheckOperation(PlcOperation operation)
    {
        if (operation.Signature is not null)
        {
            PlcDirectoryRules.FindFault(operation);
            operation.FindSigner(["did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme", "none"]);
            Assert.True(PlcOperation.TryParse(operation.ToJson(), out var again));
            Assert.Equal(operation.Cid, again.Cid);
        }
    }

    // The normal form is the same for all spellings, so that of a normal form is itself.
    private static void CheckScopes(byte[] input)
    {
        var scopes = ScopeSet.Parse(Encoding.UTF8.GetString(input));
        var normal = scopes.ToString();
        var again = ScopeSet.Parse(normal);
        Assert.Equal(normal, again.ToString());
        Assert.Equal(scopes.AllowsRepo(SetId, RepoActions.Create), again.AllowsRepo(SetId, RepoActions.Create));
        Assert.Equal(scopes.AllowsRpc("com.example.a", "did:web:a.test#b"), again.AllowsRpc("com.example.a", "did:web:a.test#b"));
        Assert.Equal(scopes.AllowsBlob("image/png"), again.AllowsBlob("image/png"));
    }

    private static void CheckSet(byte[] input)
    {
        if (PermissionSet.TryParse(SetId, input, out var set) && Scope.TryParse("include:com.example.basic?aud=did:web:a.test%23b", out var scope))
        {
            _ = (set.TitleIn("pt-BR"), set.DetailIn("de"));
            Assert.All(set.Expand((IncludeScope)scope), part => Assert.True(Scope.TryParse(part.ToString(), out var _), part.ToString()));
        }
    }

    private static void CheckClient(byte[] input)
    {
        using var json = Checks.TryParse(input);
        if (json is not null)
        {
            // The latter is what ClientDirectory expects of text that is none.
            Checks.Accepts<OAuthException>(() => Checks.Accepts<InvalidOperationException>(
                () => ClientMetadata.Read(Client, json.RootElement, isTrusted: true)));
        }
    }

    private static IEnumerable<byte[]> Documents() =>
    [
        Encoding.UTF8.GetBytes("""
            {"@context":["x"],"id":"did:web:a.test","alsoKnownAs":["at://a.test"],
             "verificationMethod":[{"id":"#atproto","type":"Multikey","controller":"did:web:a.test","publicKeyMultibase":"zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme"},
               {"id":"did:web:a.test#atproto","type":"EcdsaSecp256r1VerificationKey2019","controller":"did:web:a.test","publicKeyMultibase":"zx"}],
             "service":[{"id":"#atproto_pds","type":"AtprotoPersonalDataServer","serviceEndpoint":"https://pds.test"},{"id":"#x","type":"X","serviceEndpoint":{"uri":"x"}}]}
            """),
        """{"id":"did:web:a.test"}"""u8.ToArray(),
    ];

    private static IEnumerable<byte[]> Scopes() => Samples.Vector("reference/scopes.json").GetProperty("syntax").EnumerateArray()
        .Select(vector => Encoding.UTF8.GetBytes(vector.GetProperty("scope").GetString()!));

    private static IEnumerable<byte[]> Sets() =>
    [
        Encoding.UTF8.GetBytes("""
            {"lexicon":1,"id":"com.example.basic","defs":{"main":{"type":"permission-set","title":"t","title:lang":{"de":"x"},"detail":"d","permissions":[
              {"type":"permission","resource":"repo","collection":["com.example.thing","com.example.other"],"action":["create","delete"]},
              {"type":"permission","resource":"rpc","lxm":["com.example.get"],"inheritAud":true},
              {"type":"permission","resource":"rpc","lxm":["com.example.put"],"aud":"did:web:a.test#b"}]}}}
            """),
    ];

    private static IEnumerable<byte[]> Clients() =>
    [
        Encoding.UTF8.GetBytes("""
            {"client_id":"https://app.example.com/client.json","client_name":"An app","client_uri":"https://app.example.com/","logo_uri":"https://app.example.com/l.png",
             "redirect_uris":["https://app.example.com/callback"],"scope":"atproto transition:generic","grant_types":["authorization_code","refresh_token"],
             "response_types":["code"],"application_type":"web","token_endpoint_auth_method":"none","dpop_bound_access_tokens":true}
            """),
        Encoding.UTF8.GetBytes("""
            {"client_id":"https://app.example.com/client.json","redirect_uris":["https://app.example.com/callback"],"scope":"atproto","grant_types":["authorization_code"],
             "response_types":["code"],"token_endpoint_auth_method":"private_key_jwt","token_endpoint_auth_signing_alg":"ES256","dpop_bound_access_tokens":true,
             "jwks":{"keys":[{"kty":"EC","crv":"P-256","kid":"1","use":"sig","alg":"ES256","x":"4Asl1wmJtkSDJNUJhi8pVWzo7I_sDkZ8JMoVmuZH1gM","y":"AjGPxGe7U8c0h7CFdBWAOBXKLNDQ5Hp1TEpFG0kCsPE"}]}}
            """),
    ];
}
