namespace Pds.ServiceDefaults;

/// <summary>A database that this server cannot bring to what it needs. The message says what stands in the way.</summary>
public sealed class MigrationException(string message, Exception? cause = null) : Exception(message, cause);
