using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Pds.Contracts.Moving;

namespace Pds.Web.Pages.MoveIn;

/// <summary>How the move of this browser stands, and what it asks for.</summary>
public sealed class ProgressModel : PersonPage
{
    private string _key = "";

    public MoveView Move { get; private set; } = null!;

    /// <summary>What went wrong, as a key of the texts; null where there is only what a server has said.</summary>
    public string? ProblemText => Move.Problem switch
    {
        "createSession/AuthenticationRequired" => "MoveIn.Problem.Password",
        "createSession/NewPassword" => "MoveIn.Problem.NewPassword",
        "createAccount/InvalidInviteCode" => "MoveIn.Problem.Invite",
        "createAccount/HandleNotAvailable" or "createAccount/InvalidHandle" or "createAccount/UnsupportedDomain" => "MoveIn.Problem.Handle",
        "/ServerNotFound" or "/InvalidServer" => "MoveIn.Problem.Server",
        _ => null,
    };

    public override async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        _key = Cookies.Move(HttpContext) ?? "";
        if (_key.Length == 0 || await Bus.InvokeAsync<MoveView?>(new GetMove(_key), Aborted) is not { } move)
        {
            context.Result = SeeOther("/move-in");
            return;
        }

        Move = move;
        await base.OnPageHandlerExecutionAsync(context, next);
    }

    public async Task<IActionResult> OnPostCodeAsync(string? code) =>
        IsGiven("code", code) ? await AnswerAsync(new AnswerMove(_key, code!.Trim())) : Page();

    public Task<IActionResult> OnPostMailAgainAsync() => AnswerAsync(new AnswerMove(_key, MailAgain: true));

    public Task<IActionResult> OnPostGoOnAsync(bool without) => AnswerAsync(new AnswerMove(_key, WithoutLost: without));

    public async Task<IActionResult> OnPostGiveUpAsync()
    {
        await Bus.InvokeAsync(new EndMove(_key), Aborted);
        return SeeOther("/move-in/progress");
    }

    // A form of a page that is no longer true is answered with the page that is.
    private async Task<IActionResult> AnswerAsync(AnswerMove answer)
    {
        if (Move.State == MoveState.Waiting && !await TryAsync(() => Bus.InvokeAsync(answer, Aborted)))
        {
            return Page();
        }

        return SeeOther("/move-in/progress");
    }
}
