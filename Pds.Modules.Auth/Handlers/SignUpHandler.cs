using Pds.Contracts.Auth;
using Pds.Modules.Auth.SignIn;
using Wolverine;

namespace Pds.Modules.Auth.Handlers;

/// <summary>Makes an account for a person with a browser.</summary>
public static class SignUpHandler
{
    public static Task<SignInResult> HandleAsync(
        SignUp command, PersonSignUp people, IMessageBus bus, CancellationToken cancellationToken) =>
        people.SignUpAsync(command, bus, cancellationToken);
}
