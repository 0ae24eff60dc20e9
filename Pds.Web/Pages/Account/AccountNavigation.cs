namespace Pds.Web.Pages.Account;

/// <summary>The pages of an account besides the first, in the order in which they are listed.</summary>
internal static class AccountNavigation
{
    public static IReadOnlyList<(string Path, string Icon, string Title, string Summary)> Entries { get; } =
    [
        ("/account/apps", "apps", "Apps.Title", "Apps.Summary"),
        ("/account/devices", "device", "Devices.Title", "Devices.Summary"),
        ("/account/handle", "at", "HandlePage.Title", "HandlePage.Summary"),
        ("/account/identity", "list", "Identity.Title", "Identity.Summary"),
        ("/account/email", "mail", "EmailPage.Title", "EmailPage.Summary"),
        ("/account/password", "key", "PasswordPage.Title", "PasswordPage.Summary"),
        ("/account/security", "shield", "Security.Title", "Security.Summary"),
        ("/account/app-passwords", "lock", "AppPasswords.Title", "AppPasswords.Summary"),
        ("/account/deactivate", "pause", "Deactivate.Title", "Deactivate.Summary"),
        ("/account/delete", "trash", "Delete.Title", "Delete.Summary"),
    ];
}
