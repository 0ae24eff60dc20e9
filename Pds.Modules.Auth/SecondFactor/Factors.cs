namespace Pds.Modules.Auth.SecondFactor;

/// <summary>What an account has beside its password.</summary>
/// <param name="Secret">The authenticator's, sealed; null where none was begun.</param>
/// <param name="LastStep">The time step of the last code that was used.</param>
internal sealed record Factors(bool HasEmail, byte[]? Secret, bool HasAuthenticator, long LastStep, int RecoveryCodes)
{
    public bool IsAny => HasEmail || HasAuthenticator;
}
