using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.Cryptography;

namespace AtProto.Crypto;

/// <summary>SHA-256 of what is small: a node, a record, a commit, a path. Source: FIPS 180-4.</summary>
internal static class Sha256
{
    /// <summary>The length of a digest, in bytes.</summary>
    public const int Length = SHA256.HashSizeInBytes;

    // The runtime waits for nobody who is called without telling it, so it must not take long: some microseconds.
    private const int MaxSmall = 8192;

    /// <summary>Hashes.</summary>
    /// <param name="data">Of any length.</param>
    /// <param name="digest">Receives 32 bytes.</param>
    public static void Hash(ReadOnlySpan<byte> data, Span<byte> digest)
    {
        if (data.Length <= MaxSmall && OpenSsl.IsAvailable)
        {
            HashSmall(data, digest[..Length]);
        }
        else
        {
            SHA256.HashData(data, digest);
        }
    }

    [SupportedOSPlatform("linux")]
    private static void HashSmall(ReadOnlySpan<byte> data, Span<byte> digest)
    {
        var state = default(State);
        if (Begin(ref state) != 1
            || Update(ref state, in MemoryMarshal.GetReference(data), (nuint)data.Length) != 1
            || End(ref MemoryMarshal.GetReference(digest), ref state) != 1)
        {
            throw new CryptographicException("OpenSSL did not hash.");
        }
    }

    [DllImport(OpenSsl.Library, EntryPoint = "SHA256_Init"), SuppressGCTransition]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Begin(ref State state);

    [DllImport(OpenSsl.Library, EntryPoint = "SHA256_Update"), SuppressGCTransition]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Update(ref State state, ref readonly byte data, nuint length);

    [DllImport(OpenSsl.Library, EntryPoint = "SHA256_Final"), SuppressGCTransition]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int End(ref byte digest, ref State state);

    /// <summary>OpenSSL's <c>SHA256_CTX</c>: eight words, a length of two, a block of sixteen, how much of it is filled, how long the digest is.</summary>
    [InlineArray(28)]
    private struct State
    {
        private uint _words;
    }
}
