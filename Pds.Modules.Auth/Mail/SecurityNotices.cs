using AtProto;
using Pds.Modules.Auth.Storage;

namespace Pds.Modules.Auth.Mail;

/// <summary>Tells the owner of an account that something has changed of what lets in, for it may have been somebody else.</summary>
internal sealed class SecurityNotices(AccountStore accounts, Mails mails)
{
    public async Task TellAsync(Did did, SecurityNotice change, CancellationToken cancellationToken)
    {
        if (await accounts.FindAsync(did, cancellationToken) is { } account)
        {
            await TellAsync(account.Email, change, cancellationToken);
        }
    }

    /// <param name="address">The old one, where that is what has changed.</param>
    public Task TellAsync(string address, SecurityNotice change, CancellationToken cancellationToken) =>
        address.Length > 0 ? mails.QueueNoticeAsync(change, address, cancellationToken) : Task.CompletedTask;
}
