using System.Buffers;

namespace AtProto;

/// <summary>The alphabets of the identifier syntaxes.</summary>
internal static class IdentifierChars
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const string Digits = "0123456789";

    public static readonly SearchValues<char> Did = SearchValues.Create(Letters + Digits + "._:%-");

    public static readonly SearchValues<char> Label = SearchValues.Create(Letters + Digits + "-");
}
