namespace Pds.Xrpc;

/// <summary>The variables that one record of options reads; registered with it.</summary>
public sealed record OptionsVariables(IReadOnlyList<string> Names);
