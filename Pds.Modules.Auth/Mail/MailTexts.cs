namespace Pds.Modules.Auth.Mail;

/// <summary>The texts of mails, in <c>MailTexts.resx</c> and its translations.</summary>
public sealed class MailTexts;
