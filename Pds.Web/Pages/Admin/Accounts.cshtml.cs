using AtProto;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Mvc;
using Pds.Contracts.Auth;
using Pds.Contracts.Identity;

namespace Pds.Web.Pages.Admin;

/// <summary>All accounts, or those that a search finds.</summary>
public sealed class AccountsModel : ConsolePage
{
    private const int PageSize = 50;
    private const int MostHandles = 500;

    /// <summary>What the filter can be set to.</summary>
    public static IReadOnlyList<(string Value, string Text)> Filters { get; } =
    [
        ("all", "All"), ("active", "Active"), ("deactivated", "Deactivated"), ("takendown", "Taken down"),
        ("unconfirmed", "Address not confirmed"),
    ];

    [FromQuery(Name = "q")]
    public string? Words { get; set; }

    [FromQuery(Name = "status")]
    public string? Status { get; set; }

    /// <summary>The cursor of this page.</summary>
    [FromQuery(Name = "after")]
    public string? After { get; set; }

    public string? Next { get; private set; }

    public IReadOnlyList<(AccountEntry Account, string Handle)> Rows { get; private set; } = [];

    public async Task OnGetAsync()
    {
        var words = Given(Words)?.TrimStart('@').ToLowerInvariant();
        IReadOnlyList<Did> named = words is null || words.StartsWith("did:", StringComparison.Ordinal)
            ? []
            : await Bus.InvokeAsync<List<Did>>(new FindHandles(words, MostHandles), Aborted);

        // In a DID upper case means something else than lower case.
        var page = await Bus.InvokeAsync<AccountListing>(
            new ListAccounts(words?.StartsWith("did:", StringComparison.Ordinal) == true ? Given(Words) : words, named, FilterOf(Status), Given(After), PageSize),
            Aborted);
        var identities = (await Bus.InvokeAsync<List<LocalIdentity>>(
            new ListIdentities([.. page.Accounts.Select(account => account.Did)]), Aborted)).ToDictionary(identity => identity.Did);
        Rows = [.. page.Accounts.Select(account => (account, NameOf(identities.GetValueOrDefault(account.Did))))];
        Next = page.Next;
    }

    /// <summary>The address of another page of the same search.</summary>
    public string PathOf(string? after)
    {
        var query = new QueryBuilder();
        foreach (var (name, value) in new[] { ("q", Words), ("status", Status), ("after", after) })
        {
            if (!string.IsNullOrEmpty(value))
            {
                query.Add(name, value);
            }
        }

        return $"/admin/accounts{query}";
    }

    /// <summary>What an account is called where administrators see it.</summary>
    internal static string NameOf(LocalIdentity? identity) => identity is null ? "no handle" : $"@{identity.Handle}";

    private static AccountFilter FilterOf(string? status) => status switch
    {
        "active" => AccountFilter.Active,
        "deactivated" => AccountFilter.Deactivated,
        "takendown" => AccountFilter.Takendown,
        "unconfirmed" => AccountFilter.Unconfirmed,
        _ => AccountFilter.All,
    };
}
