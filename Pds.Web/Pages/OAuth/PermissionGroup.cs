namespace Pds.Web.Pages.OAuth;

/// <summary>Something an app wants to do.</summary>
/// <param name="Title">In a few words.</param>
/// <param name="Detail">In a sentence; null where the title says it all.</param>
/// <param name="Items">Names of the protocol, for those who want to know exactly.</param>
/// <param name="IsGrave">Worth a second look.</param>
public sealed record PermissionGroup(string Title, string? Detail, IReadOnlyList<string> Items, bool IsGrave = false);
