namespace Pds.Modules.Auth.Mail;

/// <summary>A mail that waits to be sent.</summary>
/// <param name="Attempts">How often it was tried before.</param>
internal sealed record QueuedMail(long Id, NewMail Mail, int Attempts);
