namespace Pds.Web.Browsing;

/// <summary>What people call a browser and what it runs on.</summary>
internal static class UserAgentName
{
    // Most pretend to be others: who is pretended to comes last.
    private static readonly (string Sign, string Name)[] Browsers =
    [
        ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"),
        ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
    ];

    private static readonly (string Sign, string Name)[] Systems =
    [
        ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "ChromeOS"), ("Windows", "Windows"),
        ("Mac OS X", "macOS"), ("Linux", "Linux"),
    ];

    /// <summary>Such as <c>Firefox · Windows</c>; null when nothing is recognised.</summary>
    public static string? Of(string userAgent)
    {
        string?[] parts = [Find(Browsers, userAgent), Find(Systems, userAgent)];
        var name = string.Join(" · ", parts.OfType<string>());
        return name.Length == 0 ? null : name;
    }

    private static string? Find((string Sign, string Name)[] known, string userAgent) =>
        Array.Find(known, entry => userAgent.Contains(entry.Sign, StringComparison.Ordinal)).Name;
}
