using Pds.Tests.Repo.Model;

namespace Pds.Tests.Fuzzing;

/// <summary>How inputs of one format are changed: bytes at random get through few parsers.</summary>
internal interface IFuzzForm
{
    /// <summary>Changes an input, maybe with parts of others.</summary>
    byte[] Mutate(byte[] input, IReadOnlyList<byte[]> others, Dice dice);
}
