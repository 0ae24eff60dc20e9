using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using AtProto.OAuth;

namespace Pds.Modules.Auth.OAuth.Tokens;

/// <summary>
/// The scopes in a token. Permission sets make them long, tokens travel in a header with every request, and proxies take no more
/// than a few kilobytes there: long ones are compressed. No one else reads our tokens.
/// </summary>
internal static class ScopeClaim
{
    private const int LongestPlain = 1024;
    private const int Quality = 5;
    private const int Window = 18;

    public static ReadOnlySpan<byte> Plain => "scope"u8;

    public static ReadOnlySpan<byte> Compressed => "scope_br"u8;

    public static void Write(Utf8JsonWriter json, string scope)
    {
        if (scope.Length <= LongestPlain)
        {
            json.WriteString(Plain, scope);
            return;
        }

        var text = Encoding.UTF8.GetBytes(scope);
        var compressed = new byte[BrotliEncoder.GetMaxCompressedLength(text.Length)];
        BrotliEncoder.TryCompress(text, compressed, out var length, Quality, Window);
        json.WriteBase64String(Compressed, compressed.AsSpan(0, length));
    }

    /// <summary>False when it is not what <see cref="Write"/> made.</summary>
    public static bool TryDecompress(ReadOnlySpan<byte> compressed, [NotNullWhen(true)] out string? scope)
    {
        var text = new byte[ScopeSet.MaxLength];
        scope = BrotliDecoder.TryDecompress(compressed, text, out var length) ? Encoding.UTF8.GetString(text.AsSpan(0, length)) : null;
        return scope is not null;
    }
}
