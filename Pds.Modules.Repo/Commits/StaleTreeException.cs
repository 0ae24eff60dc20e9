namespace Pds.Modules.Repo.Commits;

/// <summary>A node of the tree is not in the database any more: another process has moved the repository on.</summary>
internal sealed class StaleTreeException() : Exception("The tree in memory is older than the repository.");
