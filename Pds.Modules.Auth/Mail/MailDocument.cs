using System.Text.Encodings.Web;
using Pds.Xrpc;

namespace Pds.Modules.Auth.Mail;

/// <summary>A mail of the server's own, as text and as HTML of its name, logo and color.</summary>
/// <param name="Language">Of its texts, as a tag.</param>
/// <param name="Code">Null where the mail only tells of something.</param>
/// <param name="Note">About the code.</param>
/// <param name="Link">Where the code can be used without typing it, or what to look at; null for nowhere.</param>
/// <param name="LinkText">Null shows the link itself.</param>
internal sealed record MailDocument(
    string Language, string Subject, string Body, string? Code, string? Note, string? Link, string? LinkText)
{
    public string ToText(ServiceOptions service)
    {
        var code = Code is null ? "" : $"    {Code}\n\n";
        var link = Link is null ? "" : LinkText is null ? $"{Link}\n\n" : $"{LinkText}\n{Link}\n\n";
        var note = Note is null ? "" : $"{Note}\n\n";
        return $"{Body}\n\n{code}{link}{note}{service.Name}\n{service.HomeUrl?.ToString() ?? service.PublicUrl}\n";
    }

    // What mail programs understand: tables, and styles in the elements.
    public string ToHtml(ServiceOptions service, MailOptions options)
    {
        var home = Encode(service.HomeUrl?.ToString() ?? service.PublicUrl);
        var name = Encode(service.Name);
        var logo = service.LogoUrl is { } url
            ? $"""<img src="{Encode(url.ToString())}" alt="{name}" height="36" style="height:36px;border:0">"""
            : $"""<span style="font-size:18px;font-weight:600;color:{options.Accent}">{name}</span>""";
        var link = Link is null ? "" :
            $"""
             <p style="margin:0 0 24px"><a href="{Encode(Link)}" style="display:inline-block;padding:12px 20px;border-radius:8px;background:{options.Accent};color:{options.OnAccent};font-weight:600;text-decoration:none">{Encode(LinkText ?? Link)}</a></p>

             """;
        var code = Code is null ? "" :
            $"""
             <p style="margin:0 0 24px;padding:14px 16px;border-radius:8px;background:#f1f4f9;font-family:ui-monospace,SFMono-Regular,Consolas,monospace;font-size:24px;letter-spacing:2px;text-align:center">{Encode(Code)}</p>

             """;
        var note = Note is null ? "" : $"""<p style="margin:0 0 24px">{Encode(Note)}</p>""";
        return
            $"""
             <!doctype html>
             <html lang="{Encode(Language)}">
             <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>{Encode(Subject)}</title></head>
             <body style="margin:0;padding:24px 12px;background:#f1f4f9;font-family:system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;font-size:16px;line-height:1.5;color:#1a2233">
             <table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center">
             <table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:540px;background:#ffffff;border-radius:12px"><tr><td style="padding:28px 28px 8px">
             <p style="margin:0 0 24px">{logo}</p>
             <p style="margin:0 0 20px">{Encode(Body)}</p>
             {code}{link}{note}
             <p style="margin:0 0 20px;font-size:14px;color:#5b6577">{name}<br><a href="{home}" style="color:#5b6577">{home}</a></p>
             </td></tr></table>
             </td></tr></table>
             </body>
             </html>
             """;
    }

    private static string Encode(string text) => HtmlEncoder.Default.Encode(text);
}
