using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Pds.Modules.Auth;

/// <summary>The module's source of traces and metrics.</summary>
internal static class AuthTelemetry
{
    public const string Name = "Pds.Modules.Auth";

    private static readonly Meter Meter = new(Name);

    public static readonly ActivitySource Activities = new(Name);

    public static readonly Counter<long> AccountsCreated = Meter.CreateCounter<long>("pds.accounts.created");

    public static readonly Counter<long> SessionsCreated = Meter.CreateCounter<long>("pds.sessions.created");

    public static readonly Counter<long> SessionsRefreshed = Meter.CreateCounter<long>("pds.sessions.refreshed");

    public static readonly Counter<long> LoginsRefused = Meter.CreateCounter<long>("pds.logins.refused");

    public static readonly Counter<long> MailsSent = Meter.CreateCounter<long>("pds.mails.sent");

    public static readonly Counter<long> MailsFailed = Meter.CreateCounter<long>("pds.mails.failed");

    public static readonly UpDownCounter<long> PasswordsQueued = Meter.CreateUpDownCounter<long>("pds.passwords.queued");

    public static readonly Histogram<double> PasswordDuration =
        Meter.CreateHistogram<double>("pds.passwords.duration", "s", "Time to hash one password, without waiting.");
}
