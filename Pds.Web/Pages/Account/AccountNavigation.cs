namespace Pds.Web.Pages.Account;

/// <summary>The pages of an account in the order in which they are listed.</summary>
internal static class AccountNavigation
{
    public static IReadOnlyList<(string Path, string Icon, string Text)> Entries { get; } =
    [
        ("/account", "person", "Account.Title"),
        ("/account/apps", "apps", "Apps.Title"),
        ("/account/devices", "device", "Devices.Title"),
        ("/account/handle", "at", "HandlePage.Title"),
        ("/account/identity", "list", "Identity.Title"),
        ("/account/email", "mail", "EmailPage.Title"),
        ("/account/password", "key", "PasswordPage.Title"),
        ("/account/security", "shield", "Security.Title"),
        ("/account/app-passwords", "lock", "AppPasswords.Title"),
        ("/account/deactivate", "pause", "Deactivate.Title"),
        ("/account/delete", "trash", "Delete.Title"),
    ];
}
