using System.Buffers.Text;

namespace Pds.Modules.Auth.Sessions;

/// <summary>The two kinds of session token, told apart by the header's <c>typ</c>.</summary>
internal sealed class TokenType
{
    public static TokenType Access { get; } = new("at+jwt", TimeSpan.FromMinutes(120));

    public static TokenType Refresh { get; } = new("refresh+jwt", TimeSpan.FromDays(90));

    private TokenType(string name, TimeSpan lifetime)
    {
        Name = name;
        Lifetime = lifetime;
        Header = Base64Url.EncodeToString(System.Text.Encoding.UTF8.GetBytes($$"""{"typ":"{{name}}","alg":"HS256"}"""));
    }

    public string Name { get; }

    public TimeSpan Lifetime { get; }

    /// <summary>The first part of every token of this type that is made here.</summary>
    public string Header { get; }
}
