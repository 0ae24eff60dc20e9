using AtProto;
using AtProto.Repo;
using Pds.Xrpc;

namespace Pds.Modules.Repo.Imports;

/// <summary>
/// The blocks of a repository that is being imported. They come in any order, so all of them must be at hand before the
/// tree can be walked: the first few megabytes in memory, the rest in a file; an index tells where.
/// </summary>
internal sealed class ImportedBlocks(string folder) : IDisposable
{
    /// <summary>The most blocks of one file; what their index takes is some 80 bytes for each.</summary>
    public const int MaxCount = 4_000_000;

    private const long MaxBytesInMemory = 16 << 20;

    // What an array takes beside its bytes.
    private const int Overhead = 32;

    private readonly Dictionary<Cid, Place> _places = [];
    private long _bytesInMemory;
    private FileStream? _file;

    /// <summary>How many blocks there are.</summary>
    public int Count => _places.Count;

    /// <summary>Keeps a block; one that is there already is not kept twice.</summary>
    /// <exception cref="XrpcException"><c>PayloadTooLarge</c>: there are too many.</exception>
    public void Add(Block block)
    {
        if (_places.Count == MaxCount)
        {
            throw XrpcErrors.PayloadTooLarge($"A repository of more than {MaxCount} blocks cannot be imported");
        }

        if (!_places.TryAdd(block.Cid, default))
        {
            return;
        }

        if (_bytesInMemory + Overhead + block.Bytes.Length <= MaxBytesInMemory)
        {
            _bytesInMemory += Overhead + block.Bytes.Length;
            _places[block.Cid] = new Place(block.Bytes, 0, block.Bytes.Length);
            return;
        }

        _file ??= CreateFile();
        _places[block.Cid] = new Place(null, _file.Position, block.Bytes.Length);
        _file.Write(block.Bytes);
    }

    /// <summary>Ends adding for now: what has been added can be found.</summary>
    public void Flush() => _file?.Flush();

    /// <summary>A block, not to be changed; null when there is none of this name.</summary>
    public byte[]? Find(Cid cid)
    {
        if (!_places.TryGetValue(cid, out var place))
        {
            return null;
        }

        if (place.Bytes is { } bytes)
        {
            return bytes;
        }

        bytes = new byte[place.Length];
        for (var read = 0; read < bytes.Length;)
        {
            var count = RandomAccess.Read(_file!.SafeFileHandle, bytes.AsSpan(read), place.Offset + read);
            read += count > 0 ? count : throw new EndOfStreamException("The file of an import has been cut off.");
        }

        return bytes;
    }

    public void Dispose() => _file?.Dispose();

    private FileStream CreateFile()
    {
        Directory.CreateDirectory(folder);
        return new FileStream(
            Path.Combine(folder, $"{Guid.CreateVersion7():N}.import"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None,
            bufferSize: 1 << 20, FileOptions.DeleteOnClose);
    }

    /// <param name="Bytes">Null when the block is in the file.</param>
    private readonly record struct Place(byte[]? Bytes, long Offset, int Length);
}
