using System.Buffers;

namespace AtProto;

/// <summary>The alphabets of the identifier syntaxes.</summary>
internal static class IdentifierChars
{
    private const string LettersAndDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    public static readonly SearchValues<char> Alphanumeric = SearchValues.Create(LettersAndDigits);

    public static readonly SearchValues<char> Did = SearchValues.Create(LettersAndDigits + "._:%-");

    public static readonly SearchValues<char> Label = SearchValues.Create(LettersAndDigits + "-");

    public static readonly SearchValues<char> RecordKey = SearchValues.Create(LettersAndDigits + "_~.:-");

    public static readonly SearchValues<char> Fragment = SearchValues.Create(LettersAndDigits + "._~:@!$&')(*+,;=%[]/-");

    public static readonly SearchValues<char> Cid = SearchValues.Create(LettersAndDigits + "+=");
}
