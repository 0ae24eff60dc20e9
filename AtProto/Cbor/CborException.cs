namespace AtProto.Cbor;

/// <summary>Bytes that are not one canonical DAG-CBOR value, or not the value that was expected.</summary>
/// <param name="message">What is wrong, and at which byte.</param>
public sealed class CborException(string message) : FormatException(message);
