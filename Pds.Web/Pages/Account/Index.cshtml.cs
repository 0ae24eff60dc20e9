using Pds.Contracts.Auth;

namespace Pds.Web.Pages.Account;

/// <summary>What an account is, and where everything about it is changed.</summary>
public sealed class IndexModel : AccountPage
{
    public bool IsEmailConfirmed { get; private set; }

    public async Task OnGetAsync() =>
        IsEmailConfirmed = await Bus.InvokeAsync<Contracts.Auth.Account?>(new GetAccount(Did), Aborted) is { EmailConfirmed: true };
}
