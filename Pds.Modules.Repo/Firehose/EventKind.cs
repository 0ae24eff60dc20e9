namespace Pds.Modules.Repo.Firehose;

/// <summary>What an event of the stream is. The numbers are stored.</summary>
public enum EventKind : short
{
    Commit = 1,
    Sync = 2,
    Identity = 3,
    Account = 4,

    /// <summary>An <c>#account</c> that says deleted: the account's older events are gone from the stream.</summary>
    AccountDeleted = 5,
}
