using Microsoft.AspNetCore.Mvc;
using Pds.Contracts.Auth;
using Pds.Contracts.Identity;
using Pds.Xrpc;

namespace Pds.Web.Pages.Account;

/// <summary>What an account's DID says, who may change it, and every change so far.</summary>
public sealed class IdentityModel : AccountPage
{
    private const string Path = "/account/identity";
    private const string WebPrefix = "did:web:";

    /// <summary>Null when the place where the DID is kept does not answer.</summary>
    public IdentityHistory? History { get; private set; }

    /// <summary><c>add</c> or <c>remove</c> while a code is awaited.</summary>
    [BindProperty(Name = "step", SupportsGet = true)]
    public string? Step { get; set; }

    /// <summary>The did:key that it is about.</summary>
    [BindProperty(Name = "key", SupportsGet = true)]
    public string? Key { get; set; }

    /// <summary>The did:key to be added, as typed.</summary>
    [BindProperty(Name = "recovery")]
    public string? Recovery { get; set; }

    /// <summary>Where the owner of a did:web publishes its document.</summary>
    public string DocumentUrl => $"https://{Uri.UnescapeDataString(Did.Value[WebPrefix.Length..])}/.well-known/did.json";

    public static string NameOf(RotationKeyHolder holder) => $"Identity.Key{holder}";

    public Task OnGetAsync() => LoadAsync();

    public async Task<IActionResult> OnPostAddAsync() =>
        IsGiven("recovery", Recovery) && await MailCodeAsync("recovery") ? AwaitCode("add", Recovery!.Trim()) : await ShowAsync();

    public async Task<IActionResult> OnPostRemoveAsync() =>
        IsGiven("", Key) && await MailCodeAsync("") ? AwaitCode("remove", Key!) : await ShowAsync();

    public async Task<IActionResult> OnPostConfirmAddAsync(string? code) =>
        await ConfirmAsync(code, () => Bus.InvokeAsync(new AddRotationKey(Did, Key ?? "", code!.Trim()), Aborted))
            ? SeeOther(Path, "Identity.Added")
            : await ShowAsync();

    public async Task<IActionResult> OnPostConfirmRemoveAsync(string? code) =>
        await ConfirmAsync(code, () => Bus.InvokeAsync(new RemoveRotationKey(Did, Key ?? "", code!.Trim()), Aborted))
            ? SeeOther(Path, "Identity.Removed")
            : await ShowAsync();

    public async Task<IActionResult> OnPostClaimAsync()
    {
        await Bus.InvokeAsync(new ClaimRotationKey(Did, Key ?? ""), Aborted);
        return SeeOther(Path, "Identity.Claimed");
    }

    /// <summary>A change in words, a line for each thing that changed.</summary>
    public IEnumerable<string> Describe(IdentityChange change)
    {
        List<string> lines = [];
        Add("Identity.Created", change.IsFirst);
        Add("Identity.Ended", change.IsEnd);
        AddValue("Identity.HandleNow", change.Handle);
        AddValue("Identity.ServerNow", change.Server);
        AddValue("Identity.SigningKeyNow", change.SigningKey);
        foreach (var key in change.AddedKeys)
        {
            lines.Add($"{Text("Identity.KeyAdded", Text(NameOf(key.Holder)))} {key.DidKey}");
        }

        foreach (var key in change.RemovedKeys)
        {
            lines.Add($"{Text("Identity.KeyRemoved", Text(NameOf(key.Holder)))} {key.DidKey}");
        }

        Add("Identity.KeysReordered", change.AreKeysReordered);
        Add("Identity.Unchanged", lines.Count == 0);
        return lines;

        void Add(string text, bool isSo)
        {
            if (isSo)
            {
                lines.Add(Text(text));
            }
        }

        void AddValue(string text, string? value)
        {
            if (value is not null)
            {
                lines.Add($"{Text(text)} {value}");
            }
        }
    }

    private async Task<bool> MailCodeAsync(string field) =>
        await TryAsync(() => Bus.InvokeAsync(new MailPlcToken(Did), Aborted), field);

    private async Task<bool> ConfirmAsync(string? code, Func<Task> change) => IsGiven("code", code) && await TryAsync(change);

    private IActionResult AwaitCode(string step, string key) =>
        SeeOther($"{Path}?step={step}&key={Uri.EscapeDataString(key)}#code", "EmailPage.Mailed");

    private async Task<IActionResult> ShowAsync()
    {
        await LoadAsync();
        return Page();
    }

    private async Task LoadAsync()
    {
        try
        {
            History = await Bus.InvokeAsync<IdentityHistory>(new GetIdentityHistory(Did), Aborted);
        }
        catch (XrpcException outage) when (outage.Status == StatusCodes.Status502BadGateway)
        {
            History = null;
        }
    }
}
