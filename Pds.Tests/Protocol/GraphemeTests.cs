using System.Text;
using AtProto.Lexicons.Schemas;

namespace Pds.Tests.Protocol;

public sealed class GraphemeTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("plain", 5)]
    [InlineData("a\r\nb\n\r", 5)]
    [InlineData("é", 1)]
    [InlineData("e\u0301", 1)]
    [InlineData("🇩🇪🇫🇷", 2)]
    [InlineData("🏳️‍🌈", 1)]
    [InlineData("👩‍👩‍👦‍👦👩‍👩‍👦‍👦", 2)]
    [InlineData("👍🏽", 1)]
    [InlineData("한국어", 3)]
    [InlineData("\u1112\u1161\u11ab", 1)]
    [InlineData("กำ", 1)]
    [InlineData("東京", 2)]
    [InlineData("क्षत्रिय", 3)]
    [InlineData("नमस्ते", 3)]
    [InlineData("ক্ষ", 1)]
    [InlineData("ക്ഷ", 1)]
    [InlineData("က္က", 1)]
    [InlineData("क\u094D\u200Dष", 1)]
    [InlineData("क\u094D\u200Cष", 2)]
    [InlineData("क\u094D ष", 3)]
    [InlineData("क\u094Da", 2)]
    [InlineData("\u094Dष", 2)]
    public void Are_counted_as_readers_see_them(string text, int count) =>
        Assert.Equal(count, Graphemes.Count(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Are_counted_in_texts_beyond_the_stack_buffer() =>
        Assert.Equal(3000, Graphemes.Count(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("क्षत्रिय", 1000)))));
}
