namespace Pds.Modules.Auth.SignIn;

/// <summary>How often something may be tried.</summary>
internal sealed record AttemptLimit(string Name, int Most, TimeSpan Window)
{
    /// <summary>Passwords of one account, from wherever they come.</summary>
    public static AttemptLimit Account { get; } = new("account", 30, TimeSpan.FromMinutes(5));

    public static AttemptLimit AccountDaily { get; } = new("account-day", 300, TimeSpan.FromDays(1));

    /// <summary>Passwords of any account, from one address.</summary>
    public static AttemptLimit Address { get; } = new("address", 100, TimeSpan.FromMinutes(5));

    /// <summary>Mails with a code to one account, or asked for from one address.</summary>
    public static AttemptLimit Mail { get; } = new("mail", 15, TimeSpan.FromHours(1));

    /// <summary>Wrong passwords of the administrator, from one address.</summary>
    public static AttemptLimit Administrator { get; } = new("admin", 20, TimeSpan.FromMinutes(15));

    /// <summary>Wrong passwords of the administrator at the console, from anywhere.</summary>
    public static AttemptLimit Console { get; } = new("console", 500, TimeSpan.FromHours(1));

    /// <summary>New accounts from one address.</summary>
    public static AttemptLimit SignUp { get; } = new("sign-up", 100, TimeSpan.FromMinutes(5));
}
