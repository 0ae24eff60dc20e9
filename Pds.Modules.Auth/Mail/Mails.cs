using System.Net;
using System.Text.Encodings.Web;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Localization;
using Pds.Modules.Auth.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Auth.Mail;

/// <summary>Writes the mails with a code in them, in the language of the request that asks for one, and queues them.</summary>
internal sealed partial class Mails(
    MailStore store, MailSignal signal, ServiceOptions service, IStringLocalizer<MailTexts> texts, TimeProvider time)
{
    /// <summary>Queues a mail as somebody else has written it.</summary>
    /// <param name="html">What it says; its text goes along for readers without HTML.</param>
    public async Task QueueAsync(string to, string subject, string html, CancellationToken cancellationToken)
    {
        var text = WebUtility.HtmlDecode(Tag().Replace(html, "")).Trim();
        await store.AddAsync(to, subject.ReplaceLineEndings(" "), text, html, time.GetUtcNow(), cancellationToken);
        signal.Set();
    }

    /// <summary>Queues a mail that tells of a change.</summary>
    public async Task QueueNoticeAsync(SecurityNotice change, string to, CancellationToken cancellationToken)
    {
        var body = texts[$"Notice{change}", service.Name].Value;
        var end = texts["NoticeEnd"].Value;
        var link = $"{service.PublicUrl}/account";
        var encode = HtmlEncoder.Default;
        var html =
            $"""
             <!doctype html><html><body style="font-family:system-ui,sans-serif;line-height:1.5;max-width:34rem;margin:2rem auto;padding:0 1rem">
             <p>{encode.Encode(body)}</p>
             <p>{encode.Encode(end)}</p>
             <p><a href="{encode.Encode(link)}">{encode.Encode(link)}</a></p>
             </body></html>
             """;
        await store.AddAsync(
            to, texts["NoticeSubject"], $"{body}\n\n{end}\n\n    {link}\n", html, time.GetUtcNow(), cancellationToken);
        signal.Set();
    }

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();

    /// <param name="kind">The beginning of the names of its texts.</param>
    /// <param name="handle">Whose account it is about.</param>
    public async Task QueueAsync(string kind, string to, string handle, string token, CancellationToken cancellationToken)
    {
        var body = texts[kind + "Body", handle, service.Name].Value;
        var note = texts["Note"].Value;
        var encode = HtmlEncoder.Default;
        var text = $"{body}\n\n    {token}\n\n{note}\n\n{service.Name}\n{service.PublicUrl}\n";
        var html =
            $"""
             <!doctype html><html><body style="font-family:system-ui,sans-serif;line-height:1.5;max-width:34rem;margin:2rem auto;padding:0 1rem">
             <p>{encode.Encode(body)}</p>
             <p style="font-size:1.5rem;font-family:ui-monospace,monospace;letter-spacing:.1em">{encode.Encode(token)}</p>
             <p>{encode.Encode(note)}</p>
             <p style="color:#5b6577">{encode.Encode(service.Name)}<br><a href="{encode.Encode(service.PublicUrl)}">{encode.Encode(service.PublicUrl)}</a></p>
             </body></html>
             """;
        await store.AddAsync(to, texts[kind + "Subject"], text, html, time.GetUtcNow(), cancellationToken);
        signal.Set();
    }
}
