using AtProto;
using Pds.Contracts.Auth;
using Pds.Modules.Auth.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Auth.Accounts;

/// <summary>The app passwords of accounts, for the pages.</summary>
public sealed class AppPasswords
{
    private const int MaxNameLength = 128;
    private const int Most = 100;

    private readonly AppPasswordStore _store;
    private readonly TimeProvider _time;

    internal AppPasswords(AppPasswordStore store, TimeProvider time) => (_store, _time) = (store, time);

    internal async Task<IReadOnlyList<AppPasswordSummary>> ListAsync(Did did, CancellationToken cancellationToken) =>
        (await _store.ListAsync(did, cancellationToken)).ConvertAll(
            password => new AppPasswordSummary(password.Name, password.Privileged, password.CreatedAt));

    /// <summary>Makes one: what is known of it, and itself, which is shown this once.</summary>
    internal async Task<(StoredAppPassword Stored, string Password)> CreateAsync(
        Did did, string name, bool isPrivileged, CancellationToken cancellationToken)
    {
        if (name.Length is 0 or > MaxNameLength)
        {
            throw XrpcErrors.InvalidRequest($"The name of an app password has 1 to {MaxNameLength} characters");
        }

        if (await _store.CountAsync(did, cancellationToken) >= Most)
        {
            throw XrpcErrors.InvalidRequest($"An account has {Most} app passwords at most");
        }

        var password = AppPassword.NewPassword();
        var stored = new StoredAppPassword(name, _time.GetUtcNow(), isPrivileged);
        return await _store.TryAddAsync(did, stored, AppPassword.Hash(password), cancellationToken)
            ? (stored, password)
            : throw XrpcErrors.InvalidRequest("could not create app-specific password");
    }

    internal Task RevokeAsync(Did did, string name, CancellationToken cancellationToken) =>
        _store.RemoveAsync(did, name, cancellationToken);
}
