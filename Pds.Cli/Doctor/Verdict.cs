namespace Pds.Cli.Doctor;

/// <summary>How something stands.</summary>
internal enum Verdict
{
    Ok,

    /// <summary>It works, and an operator had better look at it.</summary>
    Warn,

    /// <summary>It does not work.</summary>
    Fail,
}
