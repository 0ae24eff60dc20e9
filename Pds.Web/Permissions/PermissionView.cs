namespace Pds.Web.Permissions;

/// <summary>Something that an app may do, in a person's words.</summary>
/// <param name="Title">What it comes to.</param>
/// <param name="Text">What else to know; null for nothing.</param>
/// <param name="Lines">The particulars, to be looked at by who wants to.</param>
/// <param name="Scopes">The scopes that it tells of.</param>
/// <param name="IsOptional">An app can do its work without it, so that a person may leave it out.</param>
/// <param name="IsGrave">It reaches the account itself.</param>
public sealed record PermissionView(
    string Icon,
    string Title,
    string? Text,
    IReadOnlyList<PermissionLine> Lines,
    IReadOnlyList<string> Scopes,
    bool IsOptional = false,
    bool IsGrave = false);

/// <summary>One particular.</summary>
/// <param name="Names">The names that programs have for what it is about.</param>
public sealed record PermissionLine(string Text, IReadOnlyList<string> Names);
