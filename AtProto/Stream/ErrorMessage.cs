namespace AtProto.Stream;

/// <summary>The last frame of a stream that ends with an error.</summary>
/// <param name="Error">Its name, such as <c>FutureCursor</c>.</param>
/// <param name="Message">For people; null for none.</param>
public sealed record ErrorMessage(string Error, string? Message) : StreamMessage;
