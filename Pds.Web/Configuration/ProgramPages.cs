using System.Globalization;
using System.Runtime.InteropServices;

namespace Pds.Web.Configuration;

/// <summary>
/// The pages of program files that this process has touched. Most were needed once, at the start, and the system maps the
/// neighbours of each along with it. Let go of, they are no part of this process any more; what is needed again is
/// mapped again, from the system's cache of files.
/// </summary>
internal static class ProgramPages
{
    // <sys/mman.h>: of a mapped file, the pages that nobody wrote to are forgotten, and found again when they are touched.
    private const int DontNeed = 4;

    private delegate int Advise(nuint start, nuint length, int advice);

    /// <summary>Lets go of them, where the system is one that can tell which they are.</summary>
    public static void LetGo()
    {
        if (!OperatingSystem.IsLinux() || !NativeLibrary.TryLoad("libc.so.6", out var library)
            || !NativeLibrary.TryGetExport(library, "madvise", out var address))
        {
            return;
        }

        var advise = Marshal.GetDelegateForFunctionPointer<Advise>(address);
        try
        {
            foreach (var (start, end) in FindClean(File.ReadLines("/proc/self/smaps")))
            {
                _ = advise(start, end - start, DontNeed);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // A hardened container may not show it. A server is larger then, and must not stop over it.
        }
    }

    /// <summary>The mappings, of programs and libraries, that cannot be written to and of which no page ever was: it is certain that the files hold the same.</summary>
    /// <param name="lines">As in <c>proc_pid_smaps(5)</c>.</param>
    internal static IEnumerable<(nuint Start, nuint End)> FindClean(IEnumerable<string> lines)
    {
        (nuint Start, nuint End)? mapping = null;
        foreach (var line in lines)
        {
            if (TryReadHeader(line, out var range, out var isProgram))
            {
                mapping = isProgram ? range : null;
            }
            else if (mapping is { } found)
            {
                // "Anonymous" are pages that were written to; "Swap", which comes after it, those of them that are not in memory.
                var isWritten = Tells(line, "Anonymous:", out var clean) && !clean;
                var isLast = Tells(line, "Swap:", out clean);
                mapping = isWritten || isLast ? null : found;
                if (isLast && clean)
                {
                    yield return found;
                }
            }
        }
    }

    private static bool Tells(string line, string name, out bool isNone)
    {
        var tells = line.StartsWith(name, StringComparison.Ordinal);
        isNone = tells && line.AsSpan(name.Length).Trim().SequenceEqual("0 kB");
        return tells;
    }

    /// <summary>Reads <c>start-end permissions offset device inode path</c>.</summary>
    private static bool TryReadHeader(ReadOnlySpan<char> line, out (nuint Start, nuint End) range, out bool isProgram)
    {
        (range, isProgram) = (default, false);
        Span<Range> fields = stackalloc Range[6];
        var count = line.Split(fields, ' ', StringSplitOptions.RemoveEmptyEntries);
        if (count < 5)
        {
            return false;
        }

        var addresses = line[fields[0]];
        var dash = addresses.IndexOf('-');
        if (dash < 0 || !TryReadAddress(addresses[..dash], out var start) || !TryReadAddress(addresses[(dash + 1)..], out var end))
        {
            return false;
        }

        range = (start, end);
        isProgram = count == 6 && line[fields[1]] is "r-xp" or "r--p" or "r--s" && IsProgram(line[fields[5]]);
        return true;
    }

    private static bool TryReadAddress(ReadOnlySpan<char> text, out nuint address) =>
        nuint.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out address);

    private static bool IsProgram(ReadOnlySpan<char> path) =>
        path.EndsWith(".dll", StringComparison.Ordinal) || path.EndsWith(".so", StringComparison.Ordinal)
        || path.Contains(".so.", StringComparison.Ordinal);
}
