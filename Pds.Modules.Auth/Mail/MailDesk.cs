using Pds.Contracts.Auth;
using Pds.Modules.Auth.Storage;

namespace Pds.Modules.Auth.Mail;

/// <summary>Shows the mail that waits, and lets an administrator hurry or forget it.</summary>
public sealed class MailDesk
{
    private const int MostAtOnce = 500;

    private readonly MailStore _store;
    private readonly WorkSignal _signal;
    private readonly MailOptions _options;
    private readonly TimeProvider _time;

    internal MailDesk(MailStore store, WorkSignal signal, MailOptions options, TimeProvider time) =>
        (_store, _signal, _options, _time) = (store, signal, options, time);

    internal async Task<MailOverview> ListAsync(int limit, CancellationToken cancellationToken)
    {
        var (waiting, givenUp, oldest) = await _store.CountAsync(cancellationToken);
        var url = _options.Route?.Server;
        var server = url is null ? null : url.Port > 0 ? $"{url.Host}:{url.Port}" : url.Host;
        return new MailOverview(
            url is not null, server, waiting, givenUp, oldest,
            await _store.ListAsync(Math.Clamp(limit, 1, MostAtOnce), cancellationToken));
    }

    internal async Task<bool> RetryAsync(long id, CancellationToken cancellationToken)
    {
        if (!await _store.RetryAsync(id, _time.GetUtcNow(), cancellationToken))
        {
            return false;
        }

        _signal.Set();
        return true;
    }

    internal Task<bool> DropAsync(long id, CancellationToken cancellationToken) => _store.RemoveAsync(id, cancellationToken);
}
