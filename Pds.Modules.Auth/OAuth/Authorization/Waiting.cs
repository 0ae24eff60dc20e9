using AtProto;
using OpenIddict.Abstractions;
using Pds.Modules.Auth.Devices;
using Pds.Modules.Auth.OAuth.Clients;
using Pds.Modules.Auth.OAuth.Server;
using Pds.Modules.Auth.OAuth.Sessions;

namespace Pds.Modules.Auth.OAuth.Authorization;

/// <summary>A request that a browser has open, with all that decides what comes next.</summary>
/// <param name="Accounts">Who is signed in in this browser.</param>
/// <param name="Expected">The account of this server that the app expects to answer; null when it names none of ours.</param>
internal sealed record Waiting(
    StoredRequest Request, OAuthClient Client, IReadOnlyList<DeviceAccount> Accounts, Did? Expected)
{
    private readonly OpenIddictRequest _parameters = PushedParameters.Read(Request.Parameters);

    public string RedirectUri => _parameters.RedirectUri!;

    public string[] Scopes => _parameters.Scope!.Split(' ');

    public string Prompt => _parameters.Prompt ?? "";

    public string? LoginHint => _parameters.LoginHint;

    public string? UiLocales => _parameters.UiLocales;

    /// <summary>Who was chosen to answer, and is still signed in.</summary>
    public DeviceAccount? Chosen => Find(Request.Did) is { IsFresh: true } chosen ? chosen : null;

    /// <summary>Whom the app expects, if it is signed in here.</summary>
    public DeviceAccount? Present => Find(Expected);

    public bool Asks(string prompt) => Prompt.Split(' ').Contains(prompt);

    /// <summary>Whether an account may answer: not if it has to sign in first, nor if the app expects another.</summary>
    public bool MayAnswer(DeviceAccount found) =>
        found.IsFresh
        && found.Account.Status is AccountStatus.Active or AccountStatus.Deactivated
        && (Expected is null || Expected == found.Account.Did)
        && (!Asks("login") || found.SignedInAt >= Request.PushedAt);

    public DeviceAccount? Find(Did? did) => Accounts.FirstOrDefault(found => found.Account.Did == did);
}
