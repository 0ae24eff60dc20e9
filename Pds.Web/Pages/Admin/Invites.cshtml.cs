using AtProto;
using Microsoft.AspNetCore.Mvc;
using Pds.Contracts.Auth;
using Pds.Modules.Auth;

namespace Pds.Web.Pages.Admin;

/// <summary>Makes invite codes, shows who used them, and disables them.</summary>
public sealed class InvitesModel(AuthOptions auth) : ConsolePage
{
    /// <summary>How many of the accounts that a code let in are told.</summary>
    public const int MostUsersShown = 100;

    private const string MadeKey = "invites";
    private const string DisableCodes = "com.atproto.admin.disableInviteCodes";
    private const int PageSize = 50;
    private const int MostMade = 500;
    private const int MostUses = 100_000;

    [FromQuery(Name = "sort")]
    public string? Sort { get; set; }

    /// <summary>The cursor of this page.</summary>
    [FromQuery(Name = "after")]
    public string? After { get; set; }

    public bool IsRequired => auth.InviteRequired;

    public bool IsByUsage => Sort == "usage";

    /// <summary>Those that were just made.</summary>
    public IReadOnlyList<string> Made { get; private set; } = [];

    public IReadOnlyList<InviteSummary> Invites { get; private set; } = [];

    public string? Next { get; private set; }

    public async Task OnGetAsync()
    {
        await LoadAsync();
        if (TempData[MadeKey] is string made)
        {
            // All codes of a form are of one moment; a cookie would not hold as many.
            var latest = (await Bus.InvokeAsync<InviteListing>(new ListInvites(IsByUsage: false, null, MostMade), Aborted)).Invites;
            var at = latest.FirstOrDefault(invite => invite.Code == made)?.CreatedAt;
            Made = [.. latest.Where(invite => invite.CreatedAt == at).Select(invite => invite.Code)];
        }
    }

    public async Task<IActionResult> OnPostCreateAsync(int count, int uses, string? owner)
    {
        Did? account = null;
        if (Given(owner) is { } text)
        {
            if (!Did.TryParse(text, out var did))
            {
                RefuseOn("Create", "owner", "This is not a DID.");
            }

            account = did;
        }

        if (count is < 1 or > MostMade)
        {
            RefuseOn("Create", "count", $"Between 1 and {MostMade} codes can be made at once.");
        }

        if (uses is < 1 or > MostUses)
        {
            RefuseOn("Create", "uses", $"A code can be used between 1 and {Figure.Count(MostUses)} times.");
        }

        IReadOnlyList<string> made = [];
        if (ModelState.IsValid && await ActAsync(
            "com.atproto.server.createInviteCodes", account?.Value ?? "admin", $"{count} codes for {uses} uses each", "Create",
            async () => made = await Bus.InvokeAsync<IReadOnlyList<string>>(new CreateInvites(count, uses, account), Aborted)))
        {
            TempData[MadeKey] = made[0];
            return SeeOther("/admin/invites");
        }

        return await ShowAsync();
    }

    public async Task<IActionResult> OnPostDisableAsync(string? code) =>
        IsGiven("Disable", "code", code)
        && await ActAsync(DisableCodes, code, null, "Disable", () => Bus.InvokeAsync(new DisableInvites([code!], []), Aborted))
            ? SeeOther(ActionOf(), "The code is disabled.")
            : await ShowAsync();

    public async Task<IActionResult> OnPostDisableOwnerAsync(string? of)
    {
        if (!Did.TryParse(Given(of), out var owner))
        {
            RefuseOn("DisableOwner", "of", "This is not a DID.");
        }

        return ModelState.IsValid && await ActAsync(
            DisableCodes, owner.Value, "all of its codes", "DisableOwner",
            () => Bus.InvokeAsync(new DisableInvites([], [owner.Value]), Aborted))
            ? SeeOther("/admin/invites", "The codes of the account are disabled.")
            : await ShowAsync();
    }

    private async Task<IActionResult> ShowAsync()
    {
        await LoadAsync();
        return Page();
    }

    private async Task LoadAsync()
    {
        var page = await Bus.InvokeAsync<InviteListing>(new ListInvites(IsByUsage, Given(After), PageSize), Aborted);
        (Invites, Next) = (page.Invites, page.Next);
    }
}
