using Pds.Contracts.Auth;

namespace Pds.Modules.Auth.Mail;

/// <summary>The last mails of a developer's server without a mail server, for a page to show. They end with the process.</summary>
public sealed class DevelopmentMails
{
    private const int Most = 50;

    private readonly Lock _lock = new();
    private readonly LinkedList<DevelopmentMail> _mails = new();
    private readonly TimeProvider _time;

    internal DevelopmentMails(TimeProvider time) => _time = time;

    internal void Add(NewMail mail)
    {
        lock (_lock)
        {
            _mails.AddFirst(new DevelopmentMail(mail.To, mail.Subject, mail.Text, mail.Html, _time.GetUtcNow()));
            if (_mails.Count > Most)
            {
                _mails.RemoveLast();
            }
        }
    }

    /// <summary>Newest first.</summary>
    internal IReadOnlyList<DevelopmentMail> List()
    {
        lock (_lock)
        {
            return [.. _mails];
        }
    }
}
