using AtProto;
using BenchmarkDotNet.Attributes;
using Pds.Modules.Auth;
using Pds.Modules.Auth.Accounts;
using Pds.Modules.Auth.Sessions;
using Pds.Xrpc;

namespace Pds.Benchmarks;

/// <summary>What a request pays for its access token, and a login for its password.</summary>
[MemoryDiagnoser]
public class AuthBenchmarks
{
    private static readonly Did Alice = Did.Parse("did:plc:z72i7hdynmk6r22z27h6tvur");
    private static readonly AuthOptions Options = new() { JwtSecret = "0123456789abcdef0123456789abcdef" };
    private static readonly ServiceOptions Service = new() { Hostname = "pds.example.com" };

    private readonly TokenIssuer _issuer = new(Options, Service, TimeProvider.System);
    private readonly TokenVerifier _verifier = new(Options, Service, TimeProvider.System);
    private readonly string _hash = PasswordHash.Create("correct horse battery staple");
    private string _token = "";

    [GlobalSetup]
    public void Issue() => _token = _issuer.Issue(Alice, AccessKind.Full).AccessJwt;

    [Benchmark]
    public string VerifyAccessToken() => _verifier.Verify(_token, TokenType.Access).Did.Value;

    [Benchmark]
    public string IssueSession() => _issuer.Issue(Alice, AccessKind.Full).AccessJwt;

    [Benchmark]
    public bool VerifyPassword() => PasswordHash.Verify("correct horse battery staple", _hash);
}
