namespace AtProto.Stream;

/// <summary>A notice to this reader: <c>#info</c>.</summary>
/// <param name="Name">Its name, such as <c>OutdatedCursor</c>.</param>
/// <param name="Message">For people; null for none.</param>
public sealed record InfoMessage(string Name, string? Message) : StreamMessage;
