using System.Globalization;
using Pds.Web.Configuration;

namespace Pds.Tests.Operation;

public sealed class ProgramPagesTests
{
    [Fact]
    public void Only_what_cannot_be_written_and_never_was_is_let_go()
    {
        string[] lines =
        [
            .. Mapping("1000-2000 r-xp", "/app/clean.dll", anonymous: 0, swap: 0),
            .. Mapping("2000-3000 r--p", "/lib/libclean.so.3", anonymous: 0, swap: 0),
            .. Mapping("3000-4000 r-xp", "/app/relocated.dll", anonymous: 4, swap: 0),
            .. Mapping("4000-5000 r--p", "/app/swapped.dll", anonymous: 0, swap: 4),
            .. Mapping("5000-6000 rw-p", "/app/writable.dll", anonymous: 0, swap: 0),
            .. Mapping("6000-6800 r--s", "/app/metadata.dll", anonymous: 0, swap: 0),
            .. Mapping("6800-7000 rw-s", "/app/shared.dll", anonymous: 0, swap: 0),
            .. Mapping("7000-8000 r-xp", "/memfd:doublemapper (deleted)", anonymous: 0, swap: 0),
            .. Mapping("8000-9000 r--p", "", anonymous: 0, swap: 0),
            .. Mapping("ffff0000-ffff8000 r-xp", "/app/with space.so", anonymous: 0, swap: 0),
        ];

        var clean = ProgramPages.FindClean(lines);

        Assert.Equal([(0x1000, 0x2000), (0x2000, 0x3000), (0x6000, 0x6800), (0xffff0000, 0xffff8000)], clean);
    }

    [Fact]
    public void A_process_that_has_let_go_of_its_programs_is_smaller_and_goes_on()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux tells what is mapped.");
        var before = ReadMappedFiles();

        ProgramPages.LetGo();

        var after = ReadMappedFiles();
        Assert.True(after < before, $"{before} kB before, {after} kB after");
    }

    private static string[] Mapping(string header, string path, int anonymous, int swap) =>
    [
        $"{header} 00000000 fe:00 12345                      {path}",
        "Size:               2048 kB",
        "Rss:                 128 kB",
        $"Anonymous:          {anonymous} kB",
        "AnonHugePages:         0 kB",
        $"Swap:               {swap} kB",
        "SwapPss:               0 kB",
        "VmFlags: rd ex mr mw me",
    ];

    private static long ReadMappedFiles() => long.Parse(
        File.ReadLines("/proc/self/status").First(line => line.StartsWith("RssFile:", StringComparison.Ordinal))["RssFile:".Length..^3],
        NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture);
}
