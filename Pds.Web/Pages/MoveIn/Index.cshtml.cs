using Microsoft.AspNetCore.Mvc;
using Pds.Contracts.Moving;
using Pds.Modules.Auth;
using Pds.Modules.Moving;
using Pds.Xrpc;

namespace Pds.Web.Pages.MoveIn;

/// <summary>Where somebody asks to have their account brought here.</summary>
public sealed class IndexModel(MovingOptions moving, AuthOptions auth, ServiceOptions service) : PersonPage
{
    public bool IsOpen => moving.AcceptsImports;

    public bool IsInviteRequired => auth.InviteRequired;

    /// <summary>Whether this browser has begun a move before.</summary>
    public bool IsUnderWay => Cookies.Move(HttpContext) is not null;

    /// <summary>What stands behind a name here.</summary>
    public string Domain => auth.HandleDomains(service)[0];

    [BindProperty(Name = "identifier")]
    public string? Identifier { get; set; }

    [BindProperty(Name = "server")]
    public string? Server { get; set; }

    [BindProperty(Name = "invite")]
    public string? Invite { get; set; }

    [BindProperty(Name = "handle")]
    public string? Handle { get; set; }

    [BindProperty(Name = "email")]
    public string? Email { get; set; }

    public async Task<IActionResult> OnPostAsync(string? oldpassword, string? password)
    {
        if (!(IsGiven("identifier", Identifier) & IsGiven("oldpassword", oldpassword) & IsGiven("password", password)))
        {
            return Page();
        }

        try
        {
            var begun = await Bus.InvokeAsync<BegunMove>(
                new BeginMove(Address, Identifier!, Server, oldpassword!, password!, FullHandle(), Given(Email), Given(Invite)), Aborted);
            Cookies.SetMove(HttpContext, begun.Key);
            return SeeOther("/move-in/progress");
        }
        catch (XrpcException refusal) when (refusal.Status < StatusCodes.Status500InternalServerError)
        {
            var (field, text) = refusal.Error switch
            {
                "InvalidServer" => ("server", "MoveIn.Problem.Server"),
                "RateLimitExceeded" => ("", "Refused.TooMany"),
                _ => ("", "MoveIn.Closed"),
            };
            Refuse(field, Text(text), refusal.Status);
            return Page();
        }
    }

    private string? FullHandle() => Given(Handle)?.TrimStart('@').ToLowerInvariant() switch
    {
        null => null,
        var whole when whole.Contains('.', StringComparison.Ordinal) => whole,
        var name => name + Domain,
    };

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
