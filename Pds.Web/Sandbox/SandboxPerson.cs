namespace Pds.Web.Sandbox;

/// <summary>Who lives in a sandbox.</summary>
/// <param name="Name">The first part of the handle.</param>
/// <param name="Upper">The color of the avatar's sky.</param>
/// <param name="Lower">The color of its ground.</param>
internal sealed record SandboxPerson(string Name, string DisplayName, string Description, Rgb Upper, Rgb Lower)
{
    /// <summary>Everybody's.</summary>
    public const string Password = "sandbox-password";

    /// <summary>In the order in which the story calls them.</summary>
    public static IReadOnlyList<SandboxPerson> All { get; } =
    [
        new("ada", "Ada", "Writes programs for machines that are not built yet.\n\nA demo account.", new(255, 176, 59), new(191, 54, 12)),
        new("grace", "Grace 🚢", "Finds the bug, tapes it into the book.\n\nA demo account.", new(79, 195, 247), new(1, 60, 120)),
        new("hedy", "Hedy", "Hops from frequency to frequency.\n\nA demo account.", new(206, 147, 216), new(74, 20, 140)),
        new("katherine", "Katherine", "Has checked the numbers by hand.\n\nA demo account.", new(165, 214, 167), new(27, 94, 32)),
    ];

    public string HandleUnder(string domain) => Name + domain;
}
