namespace Pds.Modules.Repo.Verification;

/// <summary>What a finding means.</summary>
public enum FindingKind
{
    /// <summary>Nothing is wrong.</summary>
    Notice,

    /// <summary>Something was wrong and is right again.</summary>
    Mended,

    /// <summary>Something is wrong.</summary>
    Problem,
}
