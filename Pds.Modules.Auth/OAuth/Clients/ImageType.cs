namespace Pds.Modules.Auth.OAuth.Clients;

/// <summary>Tells by its first bytes what kind of picture something is, whatever its server says.</summary>
internal static class ImageType
{
    /// <summary>The media type; null for all that is not PNG, JPEG, WebP or GIF, such as SVG, which can hold scripts.</summary>
    public static string? Of(ReadOnlySpan<byte> image) =>
        image.StartsWith(PngStart) ? "image/png"
        : image.StartsWith(JpegStart) ? "image/jpeg"
        : image.StartsWith("GIF87a"u8) || image.StartsWith("GIF89a"u8) ? "image/gif"
        : image.StartsWith("RIFF"u8) && image.Length > 12 && image[8..].StartsWith("WEBP"u8) ? "image/webp"
        : null;

    private static ReadOnlySpan<byte> PngStart => [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    private static ReadOnlySpan<byte> JpegStart => [0xFF, 0xD8, 0xFF];
}
