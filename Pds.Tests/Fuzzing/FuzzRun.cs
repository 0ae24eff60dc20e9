using System.Diagnostics;
using Pds.Tests.Repo.Model;

namespace Pds.Tests.Fuzzing;

/// <summary>Runs one target on inputs that grow out of those that reached something new.</summary>
internal sealed class FuzzRun(FuzzTarget target, Action<byte[]> check, Dice dice)
{
    private const int MaxShrinks = 2_000;

    private readonly Coverage _coverage = new();
    private readonly List<byte[]> _corpus = [];

    /// <summary>How many inputs were tried.</summary>
    public long Inputs { get; private set; }

    public int Branches => _coverage.Branches;

    /// <summary>Tries the seeds, then changed inputs for a time.</summary>
    /// <exception cref="InvalidOperationException">A promise was broken; the message has the input, made small.</exception>
    public void Run(IEnumerable<byte[]> seeds, TimeSpan time)
    {
        foreach (var seed in seeds)
        {
            // Once for what is made at first use, and once to be measured.
            Execute(seed);
            Try(seed);
        }

        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < time;)
        {
            for (var i = 0; i < 50; i++)
            {
                var input = target.Form.Mutate(Pick(), _corpus, dice);
                if (input.Length <= target.MaxLength)
                {
                    Try(input);
                }
            }
        }
    }

    /// <summary>Few inputs that together reach what all have reached, the short ones first.</summary>
    public List<byte[]> Distil()
    {
        var coverage = new Coverage();
        return [.. _corpus.OrderBy(input => input.Length).Where(input =>
        {
            Coverage.Clear();
            Execute(input);
            return coverage.AddLast();
        })];
    }

    // What was found lately leads on more often.
    private byte[] Pick()
    {
        var latest = Math.Max(1, _corpus.Count / 8);
        return dice.Next(2) == 0 ? _corpus[dice.Next(_corpus.Count)] : _corpus[^(1 + dice.Next(latest))];
    }

    private void Try(byte[] input)
    {
        Inputs++;
        Coverage.Clear();
        if (Fault(input) is { } fault)
        {
            var small = Shrink(input, fault);
            throw new InvalidOperationException($"{target.Name} on {Convert.ToBase64String(small)}", Fault(small) ?? fault);
        }

        if (_coverage.AddLast())
        {
            _corpus.Add(input);
        }
    }

    private void Execute(byte[] input) => _ = Fault(input);

    private Exception? Fault(byte[] input)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            check(input);
        }
        catch (Exception fault)
        {
            return fault;
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return allocated <= target.Allowance + (target.AllowancePerByte * input.Length)
            ? null
            : new InvalidOperationException($"{allocated} bytes are allocated for {input.Length}");
    }

    /// <summary>Leaves out what the fault does not need.</summary>
    private byte[] Shrink(byte[] input, Exception fault)
    {
        var left = MaxShrinks;
        for (var size = input.Length / 2; size > 0; size /= 2)
        {
            for (var at = 0; at + size <= input.Length && left > 0;)
            {
                left--;
                byte[] shorter = [.. input.AsSpan(0, at), .. input.AsSpan(at + size)];
                if (Fault(shorter)?.GetType() == fault.GetType())
                {
                    input = shorter;
                }
                else
                {
                    at += size;
                }
            }
        }

        return input;
    }
}
