using System.Globalization;
using AtProto;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pds.Modules.Auth.Mail;
using Pds.Modules.Auth.SignIn;
using Pds.Modules.Auth.Storage;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Modules.Auth.Accounts;

/// <summary>
/// Answers requests for a new password, behind those who asked: finds the account and mails it a code, or does nothing. A request
/// is a row until then, so that none is lost with a process.
/// </summary>
internal sealed partial class ResetRequests(
    ResetRequestStore store, LoginFinder logins, MailedCodes codes, AttemptLimits limits, IServiceScopeFactory scopes,
    TimeProvider time, ILogger<ResetRequests> logger) : BackgroundService
{
    private const int MaxIdentifierLength = 320;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private readonly WorkSignal _signal = new();

    /// <param name="identifier">Handle, DID or e-mail address as typed.</param>
    public async Task AddAsync(string identifier, CancellationToken cancellationToken)
    {
        // What is longer, or no text to the database, is nobody's.
        var typed = identifier.Replace('\0', ' ');
        await store.AddAsync(
            typed.Length <= MaxIdentifierLength ? typed : typed[..MaxIdentifierLength], CultureInfo.CurrentUICulture.Name, cancellationToken);
        _signal.Set();
    }

    public override void Dispose()
    {
        _signal.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await store.TakeAsync(stoppingToken) is { } request)
                {
                    await AnswerAsync(request, stoppingToken);
                    await store.RemoveAsync(request.Id, stoppingToken);
                }
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                Log.Failed(logger, failure);
            }

            await _signal.WaitAsync(Interval, time, stoppingToken);
        }
    }

    private async Task AnswerAsync(ResetRequest request, CancellationToken cancellationToken)
    {
        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(request.Language);
        await using var scope = scopes.CreateAsyncScope();
        var bus = scope.ServiceProvider.GetRequiredService<IMessageBus>();
        if (await logins.FindAsync(request.Identifier, null, bus, cancellationToken) is not { } login)
        {
            return;
        }

        try
        {
            await limits.CountAsync(AttemptLimit.Mail, login.Account.Did.Value);
        }
        catch (XrpcException)
        {
            // So much mail is somebody's mischief.
            Log.TooMany(logger, login.Account.Did);
            return;
        }

        await codes.SendAsync(login.Account, MailPurpose.ResetPassword, bus, cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "Requests for new passwords could not be answered; trying again")]
        public static partial void Failed(ILogger logger, Exception failure);

        [LoggerMessage(Level = LogLevel.Warning, Message = "{Did} was asked for a new password too often; no mail was sent")]
        public static partial void TooMany(ILogger logger, Did did);
    }
}
