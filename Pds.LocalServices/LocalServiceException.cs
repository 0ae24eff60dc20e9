namespace Pds.LocalServices;

/// <summary>A local service that could not be started; the message is for the person at the console.</summary>
public sealed class LocalServiceException(string message) : Exception(message);
