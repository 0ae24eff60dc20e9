namespace Pds.Modules.Auth.Mail;

/// <summary>A mail to be queued.</summary>
/// <param name="Text">For readers without HTML.</param>
/// <param name="IsFromModerators">Whether it leaves under the moderators' address.</param>
internal sealed record NewMail(string To, string Subject, string Text, string Html, bool IsFromModerators);
