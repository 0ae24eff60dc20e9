using System.Buffers;
using System.Text.Json;
using AtProto.Plc;

namespace Pds.DevPlc;

/// <summary>A file of operations, one JSON object a line in order of arrival. A line is there once it ends and is on disk.</summary>
internal sealed class Journal : IDisposable
{
    private readonly FileStream _file;

    private Journal(FileStream file) => _file = file;

    /// <summary>Opens or makes the file. A last line without an end was never acknowledged and is cut off.</summary>
    /// <exception cref="InvalidDataException">A line is not an operation.</exception>
    /// <exception cref="IOException">The file cannot be read, or another process has it.</exception>
    public static Journal Open(string path, out List<PlcLogEntry> entries)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }

        var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        try
        {
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            var end = bytes.AsSpan().LastIndexOf((byte)'\n') + 1;
            entries = ReadLines(bytes.AsMemory(0, end), path);
            file.SetLength(end);
            file.Position = end;
            return new Journal(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Appends an entry, one at a time; it is on disk when this returns. Cannot be cancelled: half a line would spoil the file.</summary>
    public async Task AppendAsync(PlcLogEntry entry)
    {
        var line = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(line))
        {
            entry.WriteTo(writer);
        }

        line.Write("\n"u8);
        var start = _file.Position;
        try
        {
            await _file.WriteAsync(line.WrittenMemory);
            _file.Flush(flushToDisk: true);
        }
        catch (IOException)
        {
            _file.SetLength(start);
            _file.Position = start;
            throw;
        }
    }

    public void Dispose() => _file.Dispose();

    private static List<PlcLogEntry> ReadLines(ReadOnlyMemory<byte> bytes, string path)
    {
        var entries = new List<PlcLogEntry>();
        while (!bytes.IsEmpty)
        {
            var end = bytes.Span.IndexOf((byte)'\n');
            entries.Add(ReadLine(bytes[..end]) ?? throw new InvalidDataException($"{path}: line {entries.Count + 1} is not an operation."));
            bytes = bytes[(end + 1)..];
        }

        return entries;
    }

    private static PlcLogEntry? ReadLine(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            return PlcLogEntry.TryParse(json.RootElement, out var entry) ? entry : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
