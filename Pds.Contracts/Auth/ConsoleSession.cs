namespace Pds.Contracts.Auth;

/// <summary>
/// Lets an administrator into the console; answered with the token of the session, as a string. Refused with
/// <c>AuthenticationRequired</c> for a wrong password and <c>RateLimitExceeded</c> after too many of them.
/// </summary>
/// <param name="Address">The network address of the browser.</param>
public sealed record SignInAdministrator(string Password, string Address);

/// <summary>
/// Tells whose session of the console a token is, and keeps it from ending for being idle; answered with
/// <see cref="ConsoleSession"/>, or null when it has ended, or the administrator's password is another one by now.
/// </summary>
public sealed record OpenConsole(string Token);

/// <summary>An administrator at the console.</summary>
/// <param name="EndsAt">Whatever is done until then.</param>
public sealed record ConsoleSession(DateTimeOffset SignedInAt, DateTimeOffset EndsAt);

/// <summary>Ends a session of the console.</summary>
public sealed record SignOutAdministrator(string Token, string Address);
