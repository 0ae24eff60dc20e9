namespace Pds.Web.Sandbox;

/// <summary>The server refused what a sandbox needs.</summary>
internal sealed class SandboxException(string message) : Exception(message);
