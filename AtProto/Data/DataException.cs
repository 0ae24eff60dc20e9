namespace AtProto.Data;

/// <summary>JSON that is no value of the data model: malformed, a fraction, an integer too large, nested too deep.</summary>
/// <param name="message">What is wrong, and where.</param>
public sealed class DataException(string message) : FormatException(message);
