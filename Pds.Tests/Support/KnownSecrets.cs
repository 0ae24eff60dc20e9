using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Web;

namespace Pds.Tests.Support;

/// <summary>What the tests have been given or have given in confidence: passwords, tokens, proofs, codes, cookies, keys.</summary>
internal static partial class KnownSecrets
{
    // Shorter ones are found by accident, and so are words of letters alone, such as the name of an error.
    private const int Shortest = 10;
    private const int ShortestPhrase = 20;

    private static readonly HashSet<string> Fields = new(StringComparer.OrdinalIgnoreCase)
    {
        "password", "newPassword", "oldPassword", "token", "accessJwt", "refreshJwt", "access_token", "refresh_token", "code",
        "code_verifier", "client_assertion", "authFactorToken", "ticket",
    };

    private static readonly ConcurrentDictionary<string, string> Known = new(StringComparer.Ordinal);

    /// <summary>Remembers one.</summary>
    /// <param name="kind">For the message of a test that finds it.</param>
    public static void Note(string kind, string? secret)
    {
        if (secret is not null && (Word().IsMatch(secret) ? secret.Any(char.IsAsciiDigit)
            : secret.Length >= ShortestPhrase && secret.Contains(' ', StringComparison.Ordinal)))
        {
            Known.TryAdd(secret, kind);
        }
    }

    /// <summary>Remembers what is secret in a request.</summary>
    public static async Task NoteAsync(HttpRequestMessage request)
    {
        foreach (var header in (string[])["Authorization", "DPoP", "Cookie"])
        {
            if (request.Headers.TryGetValues(header, out var values))
            {
                NoteHeader(header, values);
            }
        }

        if (request.Content is ByteArrayContent content)
        {
            NoteBody(content.Headers.ContentType?.MediaType, Encoding.UTF8.GetString(await content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)));
        }
    }

    /// <summary>Remembers what is secret in headers.</summary>
    public static void NoteHeader(string name, IEnumerable<string> values)
    {
        foreach (var word in values.SelectMany(value => value.Split([' ', '=', ';', ','], StringSplitOptions.RemoveEmptyEntries)))
        {
            if (word.Length >= 2 * Shortest)
            {
                Note(name, word);
            }
        }
    }

    /// <summary>Remembers what is secret in a body.</summary>
    public static void NoteBody(string? mediaType, string body)
    {
        if (mediaType == "application/x-www-form-urlencoded")
        {
            var form = HttpUtility.ParseQueryString(body);
            foreach (var name in form.AllKeys.OfType<string>().Where(Fields.Contains))
            {
                Note(name, form[name]);
            }
        }
        else if (mediaType?.EndsWith("json", StringComparison.Ordinal) == true)
        {
            try
            {
                using var json = JsonDocument.Parse(body);
                Note(json.RootElement);
            }
            catch (JsonException)
            {
                // Sent by a test that wants it refused.
            }
        }
    }

    /// <summary>The lines in which a secret stands, or what is built like one, each with what was found.</summary>
    public static IEnumerable<string> FindIn(IEnumerable<string> lines)
    {
        var phrases = Known.Where(secret => secret.Key.Contains(' ', StringComparison.Ordinal)).ToArray();
        foreach (var line in lines)
        {
            foreach (Match word in Words().Matches(line))
            {
                if (Known.TryGetValue(word.Value, out var kind))
                {
                    yield return $"{kind}: {line}";
                }
            }

            if (TokenForm().Match(line) is { Success: true } token)
            {
                yield return $"built like a token, {token.Value}: {line}";
            }

            foreach (var (secret, kind) in phrases)
            {
                if (line.Contains(secret, StringComparison.Ordinal))
                {
                    yield return $"{kind}: {line}";
                }
            }
        }
    }

    private static void Note(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.Object)
        {
            foreach (var field in json.EnumerateObject())
            {
                if (field.Value.ValueKind == JsonValueKind.String && Fields.Contains(field.Name))
                {
                    Note(field.Name, field.Value.GetString());
                }
                else
                {
                    Note(field.Value);
                }
            }
        }
    }

    // What a secret without spaces may consist of: base64url, JWTs, codes, cookies.
    [GeneratedRegex(@"[A-Za-z0-9_.~+/-]{10,}")]
    private static partial Regex Words();

    [GeneratedRegex(@"^[A-Za-z0-9_.~+/-]{10,}$")]
    private static partial Regex Word();

    // JWTs, and the opaque tokens of the protocol's reference, whose prefixes ours have.
    [GeneratedRegex(@"eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}|\b(?:ref|cod|tok)-[A-Za-z0-9_-]{24,}")]
    private static partial Regex TokenForm();
}
