using CsCheck;

namespace Pds.Tests.Repo.Model;

/// <summary>Chance that can be repeated.</summary>
internal sealed class Dice(int seed)
{
    private readonly PCG _numbers = new((uint)seed & 0x7fff_ffff, (ulong)seed);

    /// <summary>A number of 0 to one less than a limit.</summary>
    public int Next(int limit) => (int)_numbers.Next((uint)limit);
}
