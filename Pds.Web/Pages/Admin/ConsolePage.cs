using Microsoft.AspNetCore.Mvc.Filters;
using Pds.Contracts.Auth;

namespace Pds.Web.Pages.Admin;

/// <summary>A page of the console: shown to the administrator alone, and all that is done on it is in the audit log.</summary>
[EnglishPage]
public abstract class ConsolePage : PersonPage
{
    /// <summary>Who that is in the audit log.</summary>
    public const string Actor = "console";

    protected const string SignInPath = "/admin/sign-in";

    public ConsoleSession Session { get; private set; } = null!;

    /// <summary>The form that was refused, by its handler; it is shown open.</summary>
    public string? Opened { get; private set; }

    public override async Task OnPageHandlerExecutionAsync(
        PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        if (Cookies.Console(HttpContext) is { Length: > 0 } token
            && await Bus.InvokeAsync<ConsoleSession?>(new OpenConsole(token), Aborted) is { } session)
        {
            Session = session;
            await base.OnPageHandlerExecutionAsync(context, next);
            return;
        }

        var isPage = HttpMethods.IsGet(Request.Method) && Request.Path != "/admin";
        context.Result = SeeOther(
            isPage ? $"{SignInPath}?to={Uri.EscapeDataString(Request.Path + Request.QueryString)}" : SignInPath);
    }

    /// <summary>Does it and notes it in the audit log; false when it was refused, which the form then says.</summary>
    /// <param name="action">The method of the protocol that does the same, or <c>console.…</c>.</param>
    /// <param name="form">The handler of the form.</param>
    /// <param name="field">The field that is to blame, where the refusal does not tell.</param>
    protected async Task<bool> ActAsync(
        string action, string? subject, string? detail, string form, Func<Task> work, string? field = null)
    {
        if (!await TryAsync(work, field))
        {
            Opened = form;
            return false;
        }

        // It has happened: the log has to know, whether the browser still waits or not.
        await Bus.InvokeAsync(new NoteAdministration(Actor, action, subject, detail, Address), CancellationToken.None);
        return true;
    }

    /// <summary>Whether a field of a form was filled in; says so on the form where not.</summary>
    protected bool IsGiven(string form, string field, string? value)
    {
        if (IsGiven(field, value))
        {
            return true;
        }

        Opened = form;
        return false;
    }

    /// <summary>Says on a form what is wrong.</summary>
    protected void RefuseOn(string form, string field, string text)
    {
        Opened = form;
        Refuse(field, text);
    }

    /// <summary>Null for what was left empty.</summary>
    protected static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
