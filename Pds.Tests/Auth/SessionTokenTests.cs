using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using AtProto;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Pds.Modules.Auth;
using Pds.Modules.Auth.Sessions;
using Pds.Xrpc;

namespace Pds.Tests.Auth;

public sealed class SessionTokenTests
{
    private const string Secret = "sécret of the server";
    private const string RefreshId = "q83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4k=";

    // What the reference server makes of the secret, the DID, the id and the time here.
    private const string ReferenceAccess =
        "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJIUzI1NiJ9.eyJzY29wZSI6ImNvbS5hdHByb3RvLmFwcFBhc3MiLCJhdWQiOiJkaWQ6d2ViOnBkcy5leGFtcGxl"
        + "LmNvbSIsInN1YiI6ImRpZDpwbGM6ejcyaTdoZHlubWs2cjIyejI3aDZ0dnVyIiwiaWF0IjoxNzk1NDM2MzIxLCJleHAiOjE3OTU0NDM1MjF9"
        + ".XE-tOOW4TJ0_5GPYWUL_JCZ1zpLhLNMlO_Vpmf0Ymjo";

    private const string ReferenceRefresh =
        "eyJ0eXAiOiJyZWZyZXNoK2p3dCIsImFsZyI6IkhTMjU2In0.eyJzY29wZSI6ImNvbS5hdHByb3RvLnJlZnJlc2giLCJhdWQiOiJkaWQ6d2ViOnBkcy5l"
        + "eGFtcGxlLmNvbSIsInN1YiI6ImRpZDpwbGM6ejcyaTdoZHlubWs2cjIyejI3aDZ0dnVyIiwianRpIjoicTgzdkFTTkZaNG1yemU4QkkwVm5pYXZON3dF"
        + "alJXZUpxODN2QVNORlo0az0iLCJpYXQiOjE3OTU0MzYzMjEsImV4cCI6MTgwMzIxMjMyMX0"
        + ".ExENQQdtCW8NekodpxDUn-321grkuKfSre3b2zOc6fk";

    private static readonly Did Alice = Did.Parse("did:plc:z72i7hdynmk6r22z27h6tvur");

    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeSeconds(1795436321));

    [Fact]
    public void Tokens_are_those_that_the_reference_makes()
    {
        var session = Issuer().Issue(Alice, AccessKind.AppPassword, RefreshId);

        Assert.Equal(ReferenceAccess, session.AccessJwt);
        Assert.Equal(ReferenceRefresh, session.RefreshJwt);
    }

    [Theory]
    [InlineData(AccessKind.Full)]
    [InlineData(AccessKind.AppPassword)]
    [InlineData(AccessKind.AppPasswordPrivileged)]
    [InlineData(AccessKind.Takendown)]
    [InlineData(AccessKind.SignupQueued)]
    public void An_access_token_reads_back_as_what_it_was_made_for(AccessKind kind)
    {
        var token = Issuer().Issue(Alice, kind).AccessJwt;

        Assert.Equal(new VerifiedToken(Alice, kind, null), Verifier().Verify(token, TokenType.Access));
    }

    [Fact]
    public void A_refresh_token_reads_back_with_its_id()
    {
        var session = Issuer().Issue(Alice, AccessKind.Full);

        var verified = Verifier().Verify(session.RefreshJwt, TokenType.Refresh);

        Assert.Equal(new VerifiedToken(Alice, AccessKind.Refresh, session.RefreshId), verified);
    }

    [Fact]
    public void An_access_token_lives_for_two_hours()
    {
        var token = Issuer().Issue(Alice, AccessKind.Full).AccessJwt;

        _time.Advance(TimeSpan.FromMinutes(120) - TimeSpan.FromSeconds(1));
        Verifier().Verify(token, TokenType.Access);
        _time.Advance(TimeSpan.FromSeconds(1));

        AssertRefused("ExpiredToken", "Token has expired", () => Verifier().Verify(token, TokenType.Access));
    }

    [Fact]
    public void A_refresh_token_lives_for_ninety_days_and_longer_only_where_that_is_asked_for()
    {
        var token = Issuer().Issue(Alice, AccessKind.Full).RefreshJwt;

        _time.Advance(TimeSpan.FromDays(90));

        AssertRefused("ExpiredToken", "Token has expired", () => Verifier().Verify(token, TokenType.Refresh));
        Assert.Equal(Alice, Verifier().Verify(token, TokenType.Refresh, acceptExpired: true).Did);
    }

    [Fact]
    public void A_token_of_the_other_type_is_refused()
    {
        var session = Issuer().Issue(Alice, AccessKind.Full);

        AssertNotVerified(() => Verifier().Verify(session.RefreshJwt, TokenType.Access));
        AssertNotVerified(() => Verifier().Verify(session.AccessJwt, TokenType.Refresh));
    }

    [Fact]
    public void A_token_of_another_secret_is_refused()
    {
        var token = Issuer("another").Issue(Alice, AccessKind.Full).AccessJwt;

        AssertNotVerified(() => Verifier().Verify(token, TokenType.Access));
    }

    [Fact]
    public void A_token_for_another_server_is_refused()
    {
        var token = Sign("""{"typ":"at+jwt","alg":"HS256"}""", Claims(audience: "\"did:web:other.example.com\""));

        AssertNotVerified(() => Verifier().Verify(token, TokenType.Access));
    }

    [Theory]
    [InlineData("""{"alg":"HS256"}""")]
    [InlineData("""{"typ":"JWT","alg":"HS256"}""")]
    [InlineData("""{"typ":"at+jwt","alg":"none"}""")]
    [InlineData("""{"typ":"at+jwt","alg":"HS512"}""")]
    [InlineData("""{"typ":"at+jwt","alg":"HS256","crit":["exp"]}""")]
    [InlineData("""{"typ":["at+jwt"],"alg":"HS256"}""")]
    [InlineData("""["at+jwt"]""")]
    [InlineData("{")]
    [InlineData("")]
    public void A_token_with_another_header_is_refused(string header) =>
        AssertNotVerified(() => Verifier().Verify(Sign(header, Claims()), TokenType.Access));

    [Theory]
    [InlineData("""{"alg":"HS256","typ":"at+jwt"}""")]
    [InlineData("""{ "kid": {"a": 1}, "alg": "HS256", "typ": "at+jwt" }""")]
    public void A_header_may_be_spelled_otherwise(string header) =>
        Assert.Equal(Alice, Verifier().Verify(Sign(header, Claims()), TokenType.Access).Did);

    [Theory]
    [InlineData("\"lxm\":\"com.atproto.server.getSession\"")]
    [InlineData("\"cnf\":{\"jkt\":\"abc\"}")]
    public void A_token_for_other_doors_is_malformed(string claim) =>
        AssertRefused("InvalidToken", "Malformed token", () => Verify(Claims(more: claim)));

    [Fact]
    public void A_token_without_a_did_is_malformed() =>
        AssertRefused("InvalidToken", "Malformed token", () => Verify(Claims(subject: "alice")));

    [Theory]
    [InlineData("com.atproto.refresh")]
    [InlineData("com.atproto.everything")]
    public void A_token_with_a_scope_of_another_kind_is_refused(string scope) =>
        AssertRefused("InvalidToken", "Bad token scope", () => Verify(Claims(scope)));

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""["did:web:other.example.com"]""")]
    public void A_token_for_nobody_is_refused(string audience) => AssertNotVerified(() => Verify(Claims(audience: audience)));

    [Fact]
    public void A_token_that_never_ends_is_refused() =>
        AssertNotVerified(() => Verify(Claims().Replace("exp", "xp", StringComparison.Ordinal)));

    [Fact]
    public void A_token_that_has_not_begun_is_refused() => AssertNotVerified(() => Verify(Claims(more: "\"nbf\":1795436322")));

    [Fact]
    public void A_wrong_signature_is_told_before_the_time()
    {
        var token = Issuer().Issue(Alice, AccessKind.Full).AccessJwt;
        _time.Advance(TimeSpan.FromDays(1));

        AssertNotVerified(() => Verifier().Verify(token[..^2] + (token[^2] == 'A' ? 'B' : 'A') + token[^1], TokenType.Access));
    }

    [Fact]
    public void A_token_changed_in_any_place_is_refused_and_nothing_else_happens()
    {
        var token = Issuer().Issue(Alice, AccessKind.Full).AccessJwt;

        // Of the last character only four bits count.
        Gen.Select(Gen.Int[0, token.Length - 2], Gen.Char.AlphaNumeric).Where(change => token[change.Item1] != change.Item2).Sample(
            change => AssertNotVerified(() => Verifier().Verify(
                token[..change.Item1] + change.Item2 + token[(change.Item1 + 1)..], TokenType.Access)));
    }

    [Fact]
    public void Any_text_is_refused_and_nothing_else_happens() =>
        Gen.OneOf(
                Gen.String,
                Gen.String[Gen.OneOf(Gen.Const('.'), Gen.Char.AlphaNumeric, Gen.Const('é')), 0, 100],
                Gen.Const(new string('a', 20_000)),
                Gen.Const(""))
            .Sample(text => AssertNotVerified(() => Verifier().Verify(text, TokenType.Access)));

    private VerifiedToken Verify(string claims) =>
        Verifier().Verify(Sign("""{"typ":"at+jwt","alg":"HS256"}""", claims), TokenType.Access);

    private static string Claims(
        string scope = "com.atproto.access",
        string audience = "\"did:web:pds.example.com\"",
        string? subject = null,
        string more = "\"iat\":1795436321") =>
        $$"""{"scope":"{{scope}}","aud":{{audience}},"sub":"{{subject ?? Alice.Value}}","exp":1795443521,{{more}}}""";

    private static string Sign(string header, string claims)
    {
        var signed = $"{Encode(header)}.{Encode(claims)}";
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.ASCII.GetBytes(signed));
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    private static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));

    private TokenIssuer Issuer(string secret = Secret) => new(new AuthOptions { JwtSecret = secret }, Service(), _time);

    private TokenVerifier Verifier() => new(new AuthOptions { JwtSecret = Secret }, Service(), _time);

    private static ServiceOptions Service() => new() { Hostname = "pds.example.com" };

    private static void AssertNotVerified(Action act) => AssertRefused("InvalidToken", "Token could not be verified", act);

    private static void AssertRefused(string error, string message, Action act)
    {
        var refusal = Assert.Throws<XrpcException>(act);
        Assert.Equal((400, error, message), (refusal.Status, refusal.Error, refusal.Message));
    }
}
