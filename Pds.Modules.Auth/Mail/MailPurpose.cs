namespace Pds.Modules.Auth.Mail;

/// <summary>What a mailed code is good for. An account has one of each at most; a new one replaces it.</summary>
internal enum MailPurpose
{
    ResetPassword = 1,
    DeleteAccount = 2,
    ConfirmEmail = 3,
    UpdateEmail = 4,
    SignIn = 5,
    PlcOperation = 6,
}
