namespace Pds.Modules.Repo.Blobs;

/// <summary>Tells a file's type from its first bytes, for what a client says of it is not to be relied on.</summary>
internal static class MediaType
{
    /// <summary>How many of a file's first bytes are looked at.</summary>
    public const int SampleSize = 512;

    /// <summary>Sent when neither the bytes nor the client say anything.</summary>
    public const string Unknown = "application/octet-stream";

    /// <summary>The type that the bytes show, or null.</summary>
    public static string? Sniff(ReadOnlySpan<byte> head)
    {
        foreach (var (signature, type) in Signatures)
        {
            if (head.StartsWith(signature))
            {
                return type;
            }
        }

        return Riff(head) ?? IsoMedia(head) ?? Matroska(head) ?? Mp3(head);
    }

    /// <summary>The type to store: what the bytes show, else what the client says, else <see cref="Unknown"/>.</summary>
    public static string Decide(ReadOnlySpan<byte> head, string? declared)
    {
        var bare = WithoutParameters(declared);
        return Sniff(head) ?? (bare.Length is > 2 and <= 255 && bare.Contains('/') && bare != "*/*" ? bare : Unknown);
    }

    /// <summary>What a Content-Type names, in lower case; empty where there is none.</summary>
    public static string WithoutParameters(string? contentType) => contentType?.Split(';', 2)[0].Trim().ToLowerInvariant() ?? "";

    private static readonly (byte[] Signature, string Type)[] Signatures =
    [
        ([0xFF, 0xD8, 0xFF], "image/jpeg"),
        ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], "image/png"),
        ("GIF87a"u8.ToArray(), "image/gif"),
        ("GIF89a"u8.ToArray(), "image/gif"),
        ([0x49, 0x49, 0x2A, 0x00], "image/tiff"),
        ([0x4D, 0x4D, 0x00, 0x2A], "image/tiff"),
        ([0x00, 0x00, 0x01, 0x00], "image/x-icon"),
        ([0xFF, 0x0A], "image/jxl"),
        ([0x00, 0x00, 0x00, 0x0C, 0x4A, 0x58, 0x4C, 0x20, 0x0D, 0x0A, 0x87, 0x0A], "image/jxl"),
        ("%PDF-"u8.ToArray(), "application/pdf"),
        ([0x50, 0x4B, 0x03, 0x04], "application/zip"),
        ([0x1F, 0x8B, 0x08], "application/gzip"),
        ([0x28, 0xB5, 0x2F, 0xFD], "application/zstd"),
        ("fLaC"u8.ToArray(), "audio/x-flac"),
        ("OggS"u8.ToArray(), "application/ogg"),
        ([0x00, 0x61, 0x73, 0x6D], "application/wasm"),
        ("WEBVTT"u8.ToArray(), "text/vtt"),
        ("ID3"u8.ToArray(), "audio/mpeg"),
    ];

    private static string? Riff(ReadOnlySpan<byte> head)
    {
        if (head.Length < 12 || !head.StartsWith("RIFF"u8))
        {
            return null;
        }

        var form = head.Slice(8, 4);
        return form.SequenceEqual("WEBP"u8) ? "image/webp"
            : form.SequenceEqual("WAVE"u8) ? "audio/wav"
            : form.SequenceEqual("AVI "u8) ? "video/vnd.avi"
            : null;
    }

    // ISO base media: a box whose type is "ftyp", then the brand (ISO/IEC 14496-12, section 4.3).
    private static string? IsoMedia(ReadOnlySpan<byte> head)
    {
        if (head.Length < 12 || !head.Slice(4, 4).SequenceEqual("ftyp"u8))
        {
            return null;
        }

        var brand = head.Slice(8, 4);
        return brand.SequenceEqual("avif"u8) || brand.SequenceEqual("avis"u8) ? "image/avif"
            : brand.SequenceEqual("mif1"u8) ? "image/heif"
            : brand.SequenceEqual("heic"u8) || brand.SequenceEqual("heix"u8) ? "image/heic"
            : brand.SequenceEqual("qt  "u8) ? "video/quicktime"
            : brand.StartsWith("M4A"u8) ? "audio/x-m4a"
            : brand.StartsWith("M4V"u8) ? "video/x-m4v"
            : brand.StartsWith("3gp"u8) ? "video/3gpp"
            : "video/mp4";
    }

    private static string? Matroska(ReadOnlySpan<byte> head) =>
        !head.StartsWith((ReadOnlySpan<byte>)[0x1A, 0x45, 0xDF, 0xA3]) ? null
        : head[..Math.Min(head.Length, 64)].IndexOf("webm"u8) > 0 ? "video/webm"
        : "video/matroska";

    // An MPEG audio frame without a tag: eleven set bits, layer III, and neither bit rate nor sampling rate reserved.
    private static string? Mp3(ReadOnlySpan<byte> head) =>
        head.Length >= 3 && head[0] == 0xFF && (head[1] & 0xE6) == 0xE2 && (head[2] & 0xF0) != 0xF0 && (head[2] & 0x0C) != 0x0C
            ? "audio/mpeg"
            : null;
}
