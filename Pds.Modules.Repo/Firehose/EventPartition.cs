namespace Pds.Modules.Repo.Firehose;

/// <summary>A part of the event log.</summary>
/// <param name="Name">Its table in the schema <c>repo</c>.</param>
/// <param name="First">The lowest number that belongs into it.</param>
/// <param name="Past">The lowest number that no longer does.</param>
/// <param name="Bytes">On disk, with its indexes.</param>
/// <param name="State">Where it is on its way out of the log.</param>
internal sealed record EventPartition(string Name, long First, long Past, long Bytes, EventPartitionState State);

internal enum EventPartitionState
{
    Attached,

    /// <summary>Being detached when a server stopped.</summary>
    Detaching,

    /// <summary>No part of the log any more, and not dropped yet.</summary>
    Detached,
}
