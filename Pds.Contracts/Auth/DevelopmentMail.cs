namespace Pds.Contracts.Auth;

/// <summary>Asks for what a developer's server would have mailed; answered with a list of <see cref="DevelopmentMail"/>, newest first.</summary>
public sealed record ListDevelopmentMails;

/// <summary>A mail that went nowhere.</summary>
public sealed record DevelopmentMail(string To, string Subject, string Text, string Html, DateTimeOffset At);
