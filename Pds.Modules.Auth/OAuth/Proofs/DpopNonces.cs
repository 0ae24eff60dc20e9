using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Pds.Modules.Auth.OAuth.Proofs;

/// <summary>
/// The nonces that proofs must hold: a keyed hash of the minute, so that every replica knows them and none keeps them. The
/// one of the next minute is handed out; it is good for that minute, the one before and the one after.
/// </summary>
internal sealed class DpopNonces(AuthOptions options, TimeProvider time)
{
    private const int KeyLength = 32;

    private static readonly long Rotation = TimeSpan.FromMinutes(1).Ticks;

    private readonly byte[] _key = ReadKey(options.DpopSecret);
    private Window? _window;

    /// <summary>For the <c>DPoP-Nonce</c> header of an answer.</summary>
    public string Next() => Current().Next;

    public bool IsValid(ReadOnlySpan<char> nonce)
    {
        var window = Current();
        return nonce.SequenceEqual(window.Next) || nonce.SequenceEqual(window.Now) || nonce.SequenceEqual(window.Previous);
    }

    private Window Current()
    {
        var counter = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / Rotation;

        // Two threads may make one each at the turn of a minute; either serves.
        return _window is { } window && window.Counter == counter
            ? window
            : _window = new Window(counter, Compute(counter - 1), Compute(counter), Compute(counter + 1));
    }

    private string Compute(long counter)
    {
        Span<byte> message = stackalloc byte[sizeof(long)];
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        BinaryPrimitives.WriteInt64BigEndian(message, counter);
        HMACSHA256.HashData(_key, message, hash);
        return Base64Url.EncodeToString(hash);
    }

    // Hexadecimal is what the reference takes; any other text serves by its hash.
    private static byte[] ReadKey(string secret)
    {
        var key = new byte[KeyLength];
        return secret.Length == KeyLength * 2
            && Convert.FromHexString(secret, key, out _, out _) == System.Buffers.OperationStatus.Done
                ? key
                : SHA256.HashData(Encoding.UTF8.GetBytes(secret));
    }

    private sealed record Window(long Counter, string Previous, string Now, string Next);
}
