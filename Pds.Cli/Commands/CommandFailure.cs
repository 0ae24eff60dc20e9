namespace Pds.Cli.Commands;

/// <summary>What a command cannot do, in words for whoever gave it.</summary>
internal sealed class CommandFailure(string message) : Exception(message);
