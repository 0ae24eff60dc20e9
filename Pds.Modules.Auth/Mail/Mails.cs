using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Localization;
using Pds.Modules.Auth.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Auth.Mail;

/// <summary>Writes mails in the language of the request that asks for one, and queues them.</summary>
internal sealed partial class Mails(
    MailStore store, WorkSignal signal, MailOptions options, ServiceOptions service, IStringLocalizer<MailTexts> texts)
{
    /// <summary>Queues a mail as a moderator has written it.</summary>
    /// <param name="html">What it says; its text goes along for readers without HTML.</param>
    public async Task QueueAsync(string to, string subject, string html, CancellationToken cancellationToken)
    {
        var text = WebUtility.HtmlDecode(Tag().Replace(html, "")).Trim();
        await store.AddAsync(
            new NewMail(to, subject.ReplaceLineEndings(" "), text, html, IsFromModerators: true), cancellationToken);
        signal.Set();
    }

    /// <summary>Queues a mail with a code in it.</summary>
    /// <param name="handle">Whose account it is about.</param>
    public async Task QueueAsync(
        MailPurpose purpose, string to, string handle, string code, CancellationToken cancellationToken)
    {
        var kind = KindOf(purpose);
        var document = new MailDocument(
            texts["Language"], texts[kind + "Subject"], texts[kind + "Body", handle, service.Name], code, texts["Note"],
            LinkOf(purpose, code), texts[kind + "Link"]);
        var mail = new NewMail(to, document.Subject, document.ToText(service), document.ToHtml(service, options), IsFromModerators: false);
        await store.AddAsync(mail, cancellationToken);
        signal.Set();
    }

    /// <summary>Queues a mail that tells of a change.</summary>
    public async Task QueueNoticeAsync(SecurityNotice change, string to, CancellationToken cancellationToken)
    {
        var document = new MailDocument(
            texts["Language"], texts["NoticeSubject"], $"{texts[$"Notice{change}", service.Name]} {texts["NoticeEnd"]}", null, null,
            $"{service.PublicUrl}/account", null);
        var mail = new NewMail(to, document.Subject, document.ToText(service), document.ToHtml(service, options), IsFromModerators: false);
        await store.AddAsync(mail, cancellationToken);
        signal.Set();
    }

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();

    /// <summary>Where the code can be used without typing it; null where it has to be typed into what asked for it.</summary>
    private string? LinkOf(MailPurpose purpose, string code) => purpose switch
    {
        MailPurpose.ConfirmEmail when !options.DisableConfirmationLink => $"{service.PublicUrl}/account/email?confirmation={code}",
        MailPurpose.ResetPassword => $"{service.PublicUrl}/account/reset-password/code?code={code}",
        _ => null,
    };

    /// <summary>The beginning of the names of its texts.</summary>
    private static string KindOf(MailPurpose purpose) => purpose switch
    {
        MailPurpose.ResetPassword => "PasswordReset",
        MailPurpose.DeleteAccount => "AccountDelete",
        MailPurpose.ConfirmEmail => "EmailConfirm",
        MailPurpose.UpdateEmail => "EmailUpdate",
        MailPurpose.SignIn => "SignInCode",
        MailPurpose.PlcOperation => "PlcOperation",
        _ => throw new ArgumentOutOfRangeException(nameof(purpose)),
    };
}
