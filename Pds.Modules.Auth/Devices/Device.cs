namespace Pds.Modules.Auth.Devices;

/// <summary>A browser, as it was when its cookie moved on last.</summary>
internal sealed record Device(string Id, int Generation, DateTimeOffset RotatedAt, string UserAgent, string Address);
