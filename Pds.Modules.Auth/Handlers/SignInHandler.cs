using Pds.Contracts.Auth;
using Pds.Modules.Auth.SignIn;
using Wolverine;

namespace Pds.Modules.Auth.Handlers;

/// <summary>Signs a person in with a browser.</summary>
public static class SignInHandler
{
    public static Task<SignInResult> HandleAsync(
        Contracts.Auth.SignIn command, PersonSignIn people, IMessageBus bus, CancellationToken cancellationToken) =>
        people.SignInAsync(command, bus, cancellationToken);
}
