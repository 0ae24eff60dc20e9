namespace AtProto.Plc;

/// <summary>An operation or a log breaks a rule of did:plc; the message says which, and may be shown.</summary>
/// <param name="message">The rule.</param>
public sealed class PlcException(string message) : FormatException(message);
