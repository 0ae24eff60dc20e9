using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Http;

namespace Pds.Modules.Auth.OAuth.Server;

/// <summary>
/// The answer of <c>response_mode=form_post</c>: a form that sends itself to the app, by the one script whose hash the policy
/// names, or by its button.
/// </summary>
internal static class FormPost
{
    private const string Script = "document.forms[0].submit()";

    private static readonly string ScriptHash = Convert.ToBase64String(SHA256.HashData(Encoding.ASCII.GetBytes(Script)));

    public static Task WriteAsync(HttpContext context, string redirectUri, KeyValuePair<string, string?>[] parameters)
    {
        var html = new StringBuilder("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Continue</title></head><body>")
            .Append("<form method=\"post\" action=\"").Append(HtmlEncoder.Default.Encode(redirectUri)).Append("\">");
        foreach (var (name, value) in parameters)
        {
            html.Append("<input type=\"hidden\" name=\"").Append(name).Append("\" value=\"")
                .Append(HtmlEncoder.Default.Encode(value!)).Append("\">");
        }

        html.Append("<button>Continue</button></form><script>").Append(Script).Append("</script></body></html>");

        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy =
            $"default-src 'none'; script-src 'sha256-{ScriptHash}'; form-action {RedirectUri.OriginOf(redirectUri)}; base-uri 'none'; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-store";
        context.Response.StatusCode = StatusCodes.Status200OK;
        context.Response.ContentType = "text/html; charset=utf-8";
        return context.Response.WriteAsync(html.ToString(), context.RequestAborted);
    }
}
