namespace Pds.Web.Operation;

/// <summary>A process of this server, as it told of itself last.</summary>
/// <param name="Id">Its own, drawn at start.</param>
/// <param name="SeenAt">When it told of itself.</param>
internal sealed record Replica(string Id, string Machine, int Process, string Version, DateTimeOffset StartedAt, DateTimeOffset SeenAt);
