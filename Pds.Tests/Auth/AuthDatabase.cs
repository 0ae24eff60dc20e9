using System.Text;
using AtProto;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Pds.Modules.Auth;
using Pds.Modules.Auth.Accounts;
using Pds.Modules.Auth.Sessions;
using Pds.Modules.Auth.Storage;
using Pds.Tests.Support;
using Pds.Xrpc;

namespace Pds.Tests.Auth;

/// <summary>A database with the module's tables, and its stores at a clock that a test may turn.</summary>
public sealed class AuthDatabase(TestServices services) : IAsyncLifetime
{
    private NpgsqlDataSource? _database;
    private int _names;

    public FakeTimeProvider Time { get; } = new(DateTimeOffset.FromUnixTimeSeconds(1795436321));

    public NpgsqlDataSource Source => _database!;

    internal SignUpStore SignUps => new(Source, Time);

    internal RefreshTokenStore RefreshTokens => new(Source, Time);

    internal InviteStore Invites => new(Source, Time);

    internal AppPasswordStore AppPasswords => new(Source);

    internal AccountStore Accounts => new(Source);

    internal TokenIssuer Tokens => new(new AuthOptions { JwtSecret = "secret" }, new ServiceOptions(), Time);

    public async ValueTask InitializeAsync()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        _database = NpgsqlDataSource.Create(await services.CreateDatabaseAsync(cancellationToken));
        await ExecuteAsync(await ReadMigrationsAsync(cancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>A sign-up under names of its own.</summary>
    internal SignUp NewSignUp(string? inviteCode = null, Did? did = null)
    {
        var name = $"user{Interlocked.Increment(ref _names)}";
        return new SignUp(
            $"did:key:{name}", Handle.Parse($"{name}.test"), $"{name}@example.com", did, inviteCode, Time.GetUtcNow());
    }

    /// <summary>An account and its first session.</summary>
    internal async Task<(Did Did, IssuedSession Session, SignUp SignUp)> CreateAccountAsync()
    {
        var signUp = NewSignUp();
        var did = Did.Parse($"did:web:{signUp.Handle}");
        var session = Tokens.Issue(did, AccessKind.Full);
        await SignUps.BeginAsync(signUp, TestContext.Current.CancellationToken);
        await SignUps.CompleteAsync(signUp, new NewAccount(did, "hash"), session, TestContext.Current.CancellationToken);
        return (did, session, signUp);
    }

    private static async Task<string> ReadMigrationsAsync(CancellationToken cancellationToken)
    {
        var assembly = typeof(AuthModule).Assembly;
        var all = new StringBuilder();
        foreach (var name in assembly.GetManifestResourceNames()
            .Where(name => name.EndsWith(".sql", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            await using var stream = assembly.GetManifestResourceStream(name)!;
            using var reader = new StreamReader(stream);
            all.AppendLine(await reader.ReadToEndAsync(cancellationToken));
        }

        return all.ToString();
    }
}
