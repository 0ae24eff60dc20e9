namespace Pds.Modules.Moving.Jobs;

/// <summary>What a row says of a move beside its state; nothing of it is secret.</summary>
internal sealed record StoredReport(Contracts.Moving.MovedAccount? Account, Contracts.Moving.WantedDidDocument? Document);
