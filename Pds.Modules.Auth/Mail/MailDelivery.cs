using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MimeKit;
using Pds.Modules.Auth.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Auth.Mail;

/// <summary>Sends what has queued, beside the requests; what a mail server does not take now is tried again, for a day, and then left to the administrator.</summary>
internal sealed partial class MailDelivery(
    MailStore store, WorkSignal signal, MailOptions options, ServiceOptions service, DevelopmentMails development,
    IMeterFactory meters, TimeProvider time, ILogger<MailDelivery> log) : BackgroundService
{
    private const int MostAttempts = 12;
    private const int LongestError = 300;

    // By then every code in it has expired.
    private static readonly TimeSpan KeptAfterGivingUp = TimeSpan.FromDays(7);

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan SendTimeout = TimeSpan.FromSeconds(60);

    private long _waiting;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var queue = meters.Create(AuthTelemetry.Name).CreateObservableGauge(
            "pds.mail.queue", () => Volatile.Read(ref _waiting), "{mail}", "Mails of all replicas that have yet to be sent.");
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await SendAllAsync(stoppingToken);
                if (queue.Enabled)
                {
                    Volatile.Write(ref _waiting, (await store.CountAsync(stoppingToken)).Waiting);
                }
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                Log.Failed(log, failure);
            }

            await signal.WaitAsync(Interval, time, stoppingToken);
        }
    }

    private async Task SendAllAsync(CancellationToken cancellationToken)
    {
        while (await TakeAsync(cancellationToken) is { } queued)
        {
            if ((queued.Mail.IsFromModerators ? options.ModerationRoute : options.Route) is { } route)
            {
                await TrySendAsync(queued, route, cancellationToken);
                continue;
            }

            // In development a page shows it; elsewhere it would put secrets into the log.
            Log.NotConfigured(log, queued.Mail.Subject);
            if (service.DevMode)
            {
                development.Add(queued.Mail);
                Log.Text(log, queued.Mail.Text);
            }

            await store.RemoveAsync(queued.Id, cancellationToken);
        }
    }

    private Task<QueuedMail?> TakeAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return store.TakeAsync(now, now + (SendTimeout * 2), cancellationToken);
    }

    private async Task TrySendAsync(QueuedMail queued, MailRoute route, CancellationToken cancellationToken)
    {
        try
        {
            await SendAsync(queued.Mail, route, cancellationToken);
            await store.RemoveAsync(queued.Id, cancellationToken);
            AuthTelemetry.MailsSent.Add(1);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            AuthTelemetry.MailsFailed.Add(1);
            Log.NotSent(log, failure, queued.Mail.Subject, queued.Attempts + 1);
            if (queued.Attempts + 1 >= MostAttempts || failure is ParseException)
            {
                var now = time.GetUtcNow();
                await store.GiveUpAsync(queued.Id, Describe(failure), now, now - KeptAfterGivingUp, cancellationToken);
                return;
            }

            // 1, 2, 4 … minutes, at most two hours.
            var wait = TimeSpan.FromMinutes(Math.Min(120, 1 << queued.Attempts));
            await store.PostponeAsync(queued.Id, Describe(failure), time.GetUtcNow() + wait, cancellationToken);
        }
    }

    // What a mail server says may be long, and is shown on a page.
    private static string Describe(Exception failure)
    {
        var text = failure is OperationCanceledException ? "The mail server did not answer in time." : failure.Message.ReplaceLineEndings(" ");
        return text.Length > LongestError ? text[..LongestError] : text;
    }

    private static async Task SendAsync(NewMail mail, MailRoute route, CancellationToken cancellationToken)
    {
        using var message = new MimeMessage { Subject = mail.Subject };
        message.From.Add(route.Sender);
        message.To.Add(MailboxAddress.Parse(mail.To));
        message.Body = new BodyBuilder { TextBody = mail.Text, HtmlBody = mail.Html }.ToMessageBody();

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(SendTimeout);
        await route.SendAsync(message, limit.Token);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Mail is not configured; \"{Subject}\" was not sent")]
        public static partial void NotConfigured(ILogger logger, string subject);

        [LoggerMessage(2, LogLevel.Information, "In development the mail is shown here, and at /development/mail: {Text}")]
        public static partial void Text(ILogger logger, string text);

        [LoggerMessage(3, LogLevel.Warning, "\"{Subject}\" could not be sent at attempt {Attempt}")]
        public static partial void NotSent(ILogger logger, Exception failure, string subject, int attempt);

        [LoggerMessage(4, LogLevel.Error, "The mail queue could not be read; trying again")]
        public static partial void Failed(ILogger logger, Exception failure);
    }
}
