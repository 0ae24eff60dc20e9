using System.Security.Cryptography;
using System.Text;
using Pds.Contracts.Auth;
using Pds.Modules.Auth.Sessions;
using Pds.Modules.Auth.SignIn;
using Pds.Modules.Auth.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Auth.Administrators;

/// <summary>Lets administrators into the console by their password, for a while.</summary>
public sealed class ConsoleSessions
{
    private const int MaxPasswordLength = 512;

    private const string Actor = "console";

    /// <summary>How long nothing may be done before a session ends.</summary>
    internal static readonly TimeSpan Idle = TimeSpan.FromMinutes(30);

    /// <summary>How long a session lasts whatever is done.</summary>
    internal static readonly TimeSpan Longest = TimeSpan.FromHours(12);

    // Guesses from everywhere are counted together.
    private const string AllOfThem = "";

    private readonly ConsoleSessionStore _store;
    private readonly AuditStore _audit;
    private readonly AdminPassword _password;
    private readonly AttemptLimits _limits;
    private readonly TimeProvider _time;
    private readonly byte[] _key;

    internal ConsoleSessions(
        ConsoleSessionStore store, AuditStore audit, AdminPassword password, AttemptLimits limits, AuthOptions options,
        ServiceOptions service, TimeProvider time)
    {
        (_store, _audit, _password, _limits, _time) = (store, audit, password, limits, time);

        // Of the password too, so that no token outlives it; of the address, so that none is good at another server.
        _key = HKDF.DeriveKey(
            HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(options.JwtSecret), 32,
            salt: Encoding.UTF8.GetBytes(service.PublicUrl), info: Encoding.UTF8.GetBytes($"pds/auth/console/1/{options.AdminPassword}"));
    }

    internal async Task<string> SignInAsync(SignInAdministrator command, CancellationToken cancellationToken)
    {
        // Counted before the look, so that guesses at once gain nothing.
        await _limits.CountAsync(AttemptLimit.Administrator, command.Address);
        await _limits.CountAsync(AttemptLimit.Console, AllOfThem);
        if (command.Password.Length > MaxPasswordLength || !_password.IsRight(command.Password))
        {
            await NoteAsync("console.refuseSignIn", command.Address, CancellationToken.None);
            throw XrpcErrors.AuthenticationRequired("Wrong password");
        }

        await _limits.ForgiveAsync(AttemptLimit.Administrator, command.Address);
        await _limits.ForgiveAsync(AttemptLimit.Console, AllOfThem);
        var token = RandomNumberGenerator.GetHexString(64, lowercase: true);
        var now = _time.GetUtcNow();
        await _store.AddAsync(HashOf(token), now, now - Idle, now - Longest, cancellationToken);
        await NoteAsync("console.signIn", command.Address, CancellationToken.None);
        return token;
    }

    internal async Task<ConsoleSession?> OpenAsync(string token, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        return await _store.TouchAsync(HashOf(token), now, now - Idle, now - Longest, cancellationToken) is { } since
            ? new ConsoleSession(since, since + Longest)
            : null;
    }

    internal async Task SignOutAsync(SignOutAdministrator command, CancellationToken cancellationToken)
    {
        if (await _store.RemoveAsync(HashOf(command.Token), cancellationToken))
        {
            await NoteAsync("console.signOut", command.Address, CancellationToken.None);
        }
    }

    private byte[] HashOf(string token) => HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(token));

    private Task NoteAsync(string action, string address, CancellationToken cancellationToken) =>
        _audit.AddAsync(new NoteAdministration(Actor, action, null, null, address), cancellationToken);
}
