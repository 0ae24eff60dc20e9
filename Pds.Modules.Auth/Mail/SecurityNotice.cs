namespace Pds.Modules.Auth.Mail;

/// <summary>What has changed of what lets somebody in. The names are those of the mails' texts.</summary>
internal enum SecurityNotice
{
    Password,
    Email,
    Factor,
    Passkey,
}
