namespace AtProto.Repo;

/// <summary>Bytes that are not a CAR file of version 1, or one beyond its limits, or with a block that is not what its CID says.</summary>
/// <param name="message">What is wrong.</param>
public sealed class CarException(string message) : FormatException(message);
