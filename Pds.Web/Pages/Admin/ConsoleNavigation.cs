namespace Pds.Web.Pages.Admin;

/// <summary>The pages of the console in the order in which they are listed.</summary>
internal static class ConsoleNavigation
{
    public static IReadOnlyList<(string Path, string Icon, string Text)> Entries { get; } =
    [
        ("/admin", "chart", "Overview"),
        ("/admin/accounts", "person", "Accounts"),
        ("/admin/content", "image", "Records and blobs"),
        ("/admin/invites", "ticket", "Invite codes"),
        ("/admin/mail", "mail", "Mail"),
        ("/admin/network", "network", "Network"),
        ("/admin/health", "pulse", "Health"),
        ("/admin/audit", "list", "Audit log"),
    ];

    /// <summary>Where the page of an account is.</summary>
    public static string AccountPath(string did) => $"/admin/account?did={Uri.EscapeDataString(did)}";
}
