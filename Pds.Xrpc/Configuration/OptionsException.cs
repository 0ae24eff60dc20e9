namespace Pds.Xrpc;

/// <summary>Settings that the server cannot start with. The message names each variable and what is wrong with it.</summary>
public sealed class OptionsException(IReadOnlyList<string> problems)
    : Exception(string.Join(Environment.NewLine, problems.Prepend("The configuration cannot be used:")))
{
    public IReadOnlyList<string> Problems { get; } = problems;
}
