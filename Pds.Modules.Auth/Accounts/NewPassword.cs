using Pds.Xrpc;

namespace Pds.Modules.Auth.Accounts;

/// <summary>What a password that is chosen here has to be.</summary>
internal static class NewPassword
{
    public const int MinLength = 8;
    public const int MaxLength = 256;

    /// <exception cref="XrpcException"><c>InvalidPassword</c>.</exception>
    public static void Require(string password)
    {
        if (password.Length is < MinLength or > MaxLength)
        {
            throw XrpcErrors.BadRequest("InvalidPassword", $"A password has {MinLength} to {MaxLength} characters");
        }
    }
}
