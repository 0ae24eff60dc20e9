namespace Pds.Modules.Auth.SignIn;

/// <summary>By what someone is let in.</summary>
internal enum SignInMethod
{
    Password,
    AppPassword,

    /// <summary>The second step, after a password.</summary>
    SecondFactor,
    Passkey,

    /// <summary>An app, with the code that it was given for a person's consent.</summary>
    App,
    SignUp,
}
