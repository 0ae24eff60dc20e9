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

    /// <summary>With the tags <c>method</c> and <c>outcome</c>.</summary>
    public static readonly Counter<long> SignIns = Meter.CreateCounter<long>(
        "pds.sign_ins", description: "People and apps that asked to be let in, by how, and by whether they were.");

    public static readonly Counter<long> SessionsRefreshed = Meter.CreateCounter<long>("pds.sessions.refreshed");

    public static readonly Counter<long> MailsSent = Meter.CreateCounter<long>("pds.mails.sent");

    /// <summary>Tries, not mails: most are sent in the end.</summary>
    public static readonly Counter<long> MailsFailed = Meter.CreateCounter<long>("pds.mails.failed");

    public static readonly UpDownCounter<long> PasswordsQueued = Meter.CreateUpDownCounter<long>("pds.passwords.queued");

    public static readonly Histogram<double> PasswordDuration =
        Meter.CreateHistogram<double>("pds.passwords.duration", "s", "Time to hash one password, without waiting.");
}
