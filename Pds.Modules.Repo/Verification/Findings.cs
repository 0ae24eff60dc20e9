namespace Pds.Modules.Repo.Verification;

/// <summary>What was found in one repository. What is found a thousand times is told a few times and counted.</summary>
public sealed class Findings
{
    private const int MostTold = 50;

    private readonly List<Finding> _all = [];

    /// <summary>In the order in which they were found.</summary>
    public IReadOnlyList<Finding> All => _all;

    /// <summary>How many more there are.</summary>
    public long Untold { get; private set; }

    /// <summary>Whether something is wrong and was not mended.</summary>
    public bool HasProblems { get; private set; }

    internal void Problem(string text)
    {
        HasProblems = true;
        Add(new Finding(FindingKind.Problem, text));
    }

    /// <summary>What an operator may want to know, though nothing is wrong.</summary>
    internal void Notice(string text) => Add(new Finding(FindingKind.Notice, text));

    internal void Mended(string text) => Add(new Finding(FindingKind.Mended, text));

    private void Add(Finding finding)
    {
        if (_all.Count < MostTold)
        {
            _all.Add(finding);
        }
        else
        {
            Untold++;
        }
    }
}
