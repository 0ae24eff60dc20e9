using AtProto;
using Pds.Modules.Auth.SignIn;
using Pds.Modules.Auth.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Auth.Accounts;

/// <summary>Asks the owner of an account for its password once more, before something that matters.</summary>
internal sealed class PasswordCheck(AccountStore accounts, PasswordHasher passwords, SignInGuard guard)
{
    private const int MaxLength = 512;

    /// <exception cref="XrpcException"><c>AuthenticationRequired</c>, or <c>RateLimitExceeded</c>.</exception>
    public async Task RequireAsync(Did did, string password, string address, CancellationToken cancellationToken)
    {
        var attempt = await guard.BeginAsync(did.Value, address);
        var login = await accounts.FindLoginAsync(did, null, cancellationToken);
        if (password.Length > MaxLength || !await passwords.VerifyAsync(password, login?.PasswordHash, cancellationToken) || login is null)
        {
            throw XrpcErrors.AuthenticationRequired("Invalid did or password");
        }

        await guard.SucceedAsync(attempt);
    }
}
