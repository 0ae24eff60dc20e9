using System.Text.Encodings.Web;
using AtProto;
using Microsoft.AspNetCore.Mvc;
using Pds.Contracts.Auth;
using Pds.Contracts.Identity;
using Pds.Contracts.Repo;

namespace Pds.Web.Pages.Admin;

/// <summary>All that is known of an account, and what an administrator can do for it and with it.</summary>
public sealed class AccountModel : ConsolePage
{
    private const string UpdateSubjectStatus = "com.atproto.admin.updateSubjectStatus";
    private const int RecentEntries = 10;
    private const int ShortestPassword = 8;

    private LocalIdentity? _identity;

    [FromQuery(Name = "did")]
    public string? DidText { get; set; }

    [BindProperty(Name = "subject")]
    public string? Subject { get; set; }

    [BindProperty(Name = "message")]
    public string? Message { get; set; }

    /// <summary>The account; null where there is none, and nothing is shown.</summary>
    public AccountDescription? Found { get; private set; }

    public AccountDescription Description => Found!;

    public RepositorySize? Size { get; private set; }

    public IReadOnlyList<InviteSummary> Invites { get; private set; } = [];

    public IReadOnlyList<AuditEntry> Audit { get; private set; } = [];

    public string Name => AccountsModel.NameOf(_identity);

    /// <summary>What has to be typed for a deletion.</summary>
    public string Confirmation => _identity?.Handle.Value ?? Did.Value;

    /// <summary>What is asked for at a sign-in beside the password.</summary>
    public string Factors
    {
        get
        {
            var factors = new List<string>();
            if (Description.HasAuthenticator)
            {
                factors.Add("authenticator");
            }

            if (Description.HasEmailFactor)
            {
                factors.Add("code by mail");
            }

            if (Description.Passkeys > 0)
            {
                factors.Add($"{Figure.Count(Description.Passkeys)} passkeys");
            }

            return factors.Count == 0 ? "none" : string.Join(", ", factors);
        }
    }

    private Did Did => Description.Did;

    public async Task<IActionResult> OnGetAsync() => await LoadAsync() ? Page() : NotFound();

    public Task<IActionResult> OnPostTakeDownAsync(string? reference) => ChangeAsync(
        UpdateSubjectStatus, $"takedown applied {Given(reference)}".TrimEnd(), "TakeDown", "The account is taken down.",
        () => Bus.InvokeAsync(new SetAccountTakedown(Did, IsApplied: true, Given(reference)), Aborted));

    public Task<IActionResult> OnPostRestoreAsync() => ChangeAsync(
        UpdateSubjectStatus, "takedown reversed", "Restore", "The account can be seen again.",
        () => Bus.InvokeAsync(new SetAccountTakedown(Did, IsApplied: false, null), Aborted));

    public Task<IActionResult> OnPostDeactivateAsync() => ChangeAsync(
        UpdateSubjectStatus, "deactivated", "Deactivate", "The account is deactivated.",
        () => Bus.InvokeAsync(new SetAccountDeactivation(Did, IsApplied: true), Aborted));

    public Task<IActionResult> OnPostActivateAsync() => ChangeAsync(
        UpdateSubjectStatus, "activated", "Activate", "The account is active.",
        () => Bus.InvokeAsync(new SetAccountDeactivation(Did, IsApplied: false), Aborted));

    public async Task<IActionResult> OnPostMailAsync() => !await LoadAsync() ? NotFound()
        : IsGiven("Mail", "subject", Subject) & IsGiven("Mail", "message", Message)
            ? await ChangeAsync(
                "com.atproto.admin.sendEmail", Subject!.Trim(), "Mail", "The mail is on its way.",
                () => Bus.InvokeAsync(new MailAccount(Did, Subject!.Trim(), HtmlOf(Message!)), Aborted))
            : Page();

    public Task<IActionResult> OnPostEmailAsync(string? email) => ChangeAsync(
        "com.atproto.admin.updateAccountEmail", null, "Email", "The address is changed.",
        () => Bus.InvokeAsync(new ReplaceAccountEmail(Did, email ?? ""), Aborted), "email");

    public Task<IActionResult> OnPostHandleAsync(string? handle) => ChangeAsync(
        "com.atproto.admin.updateAccountHandle", Given(handle), "Handle", "The handle is changed.",
        async () =>
        {
            var typed = (Given(handle) ?? "").TrimStart('@');
            var changed = await Bus.InvokeAsync<CheckedHandle>(new ChangeHandle(Did, typed, AllowsAnyWord: true), Aborted);
            await Bus.InvokeAsync(new AnnounceIdentity(Did, changed.Handle), CancellationToken.None);
        },
        "handle");

    public async Task<IActionResult> OnPostPasswordAsync(string? password)
    {
        if (!await LoadAsync())
        {
            return NotFound();
        }

        if ((password ?? "").Length < ShortestPassword)
        {
            RefuseOn("Password", "password", $"A password has at least {ShortestPassword} characters.");
            return Page();
        }

        return await ChangeAsync(
            "com.atproto.admin.updateAccountPassword", null, "Password", "The password is set, and everything is signed out.",
            () => Bus.InvokeAsync(new ReplaceAccountPassword(Did, password!), Aborted), "password");
    }

    public Task<IActionResult> OnPostSessionsAsync() => ChangeAsync(
        "console.endSessions", null, "Sessions", "The account is signed out everywhere.",
        () => Bus.InvokeAsync(new EndAccountSessions(Did), Aborted));

    public Task<IActionResult> OnPostInvitesAsync(bool disabled, string? note) => ChangeAsync(
        disabled ? "com.atproto.admin.disableAccountInvites" : "com.atproto.admin.enableAccountInvites", Given(note), "Invites",
        disabled ? "The account gets no more invite codes." : "The account earns invite codes.",
        () => Bus.InvokeAsync(new SetAccountInvites(Did, disabled, Given(note)), Aborted));

    public async Task<IActionResult> OnPostDeleteAsync(string? confirmation)
    {
        if (!await LoadAsync())
        {
            return NotFound();
        }

        if (Given(confirmation)?.TrimStart('@').Equals(Confirmation, StringComparison.OrdinalIgnoreCase) != true)
        {
            RefuseOn("Delete", "confirmation", $"Nothing was deleted: {Confirmation} has to be typed.");
            return Page();
        }

        return await ActAsync(
            "com.atproto.admin.deleteAccount", Did.Value, Confirmation, "Delete", () => Bus.InvokeAsync(new RemoveAccount(Did), Aborted))
            ? SeeOther("/admin/accounts", "The account is deleted.")
            : Page();
    }

    private async Task<IActionResult> ChangeAsync(
        string action, string? detail, string form, string done, Func<Task> work, string? field = null)
    {
        if (Found is null && !await LoadAsync())
        {
            return NotFound();
        }

        return await ActAsync(action, Did.Value, detail, form, work, field)
            ? SeeOther(ConsoleNavigation.AccountPath(Did.Value), done)
            : Page();
    }

    private async Task<bool> LoadAsync()
    {
        if (!Did.TryParse(DidText, out var did)
            || await Bus.InvokeAsync<AccountDescription?>(new DescribeAccount(did), Aborted) is not { } description)
        {
            return false;
        }

        Found = description;
        _identity = await Bus.InvokeAsync<LocalIdentity?>(new GetIdentity(did), Aborted);
        Size = await Bus.InvokeAsync<RepositorySize?>(new MeasureRepository(did), Aborted);
        Invites = await Bus.InvokeAsync<IReadOnlyList<InviteSummary>>(new ListAccountInvites(did), Aborted);
        Audit = await Bus.InvokeAsync<List<AuditEntry>>(
            new ListAudit(null, null, did.Value, null, null, null, RecentEntries), Aborted);
        return true;
    }

    // The mail's body is HTML, and the administrator writes text.
    private static string HtmlOf(string message) => string.Concat(
        message.ReplaceLineEndings("\n").Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(paragraph => $"<p>{HtmlEncoder.Default.Encode(paragraph).Replace("&#xA;", "<br>\n", StringComparison.Ordinal)}</p>\n"));
}
