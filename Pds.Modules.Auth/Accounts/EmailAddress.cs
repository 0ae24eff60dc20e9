using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Pds.Modules.Auth.Accounts;

/// <summary>Which e-mail addresses an account may have: of the ordinary form, and not of a throw-away provider.</summary>
internal static class EmailAddress
{
    private const int MaxLength = 254;
    private const int MaxLocalBytes = 64;
    private const int MaxLabelLength = 63;

    private static readonly SearchValues<char> Atom = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-/=?^_`{|}~");

    private static readonly FrozenSet<string> Disposable = ReadDisposable();

    /// <summary>Enough of an address for its owner to know it: <c>a***e@e***.com</c>.</summary>
    public static string Mask(string address)
    {
        var at = address.LastIndexOf('@');
        var dot = address.LastIndexOf('.');
        return at < 1 || dot < at + 2 ? "***" : $"{address[0]}***{address[at - 1]}@{address[at + 1]}***{address[dot..]}";
    }

    /// <summary>Whether it has the ordinary form, whoever provides it.</summary>
    public static bool IsWellFormed(string email) => IsValid(email, out _);

    public static bool IsSupported(string email) => IsValid(email, out var domain) && !IsDisposable(domain);

    private static bool IsValid(string email, out string domain)
    {
        domain = "";
        var at = email.IndexOf('@', StringComparison.Ordinal);
        if (at < 1 || email.Length > MaxLength || Encoding.UTF8.GetByteCount(email.AsSpan(0, at)) > MaxLocalBytes)
        {
            return false;
        }

        return IsLocalPart(email.AsSpan(0, at)) && TryGetDomain(email[(at + 1)..], out domain);
    }

    // RFC 5321 dot-string with the letters of RFC 6531; quoted strings are not taken.
    private static bool IsLocalPart(ReadOnlySpan<char> local)
    {
        foreach (var range in local.Split('.'))
        {
            var atom = local[range];
            if (atom.IsEmpty)
            {
                return false;
            }

            foreach (var c in atom)
            {
                if (!Atom.Contains(c) && (char.IsAscii(c) || char.IsControl(c)))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private static bool TryGetDomain(string text, out string domain)
    {
        domain = "";
        try
        {
            domain = new IdnMapping { AllowUnassigned = true }.GetAscii(text).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            return false;
        }

        var labels = domain.Split('.');
        return labels.Length > 1 && char.IsAsciiLetter(labels[^1].FirstOrDefault()) && labels.All(IsLabel);
    }

    private static bool IsLabel(string label) =>
        label.Length is > 0 and <= MaxLabelLength
        && label[0] != '-'
        && label[^1] != '-'
        && label.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');

    private static bool IsDisposable(string domain)
    {
        // Providers hand out subdomains, too.
        for (var dot = -1; ; dot = domain.IndexOf('.', dot + 1))
        {
            if (Disposable.Contains(domain[(dot + 1)..]))
            {
                return true;
            }

            if (domain.IndexOf('.', dot + 1) < 0)
            {
                return false;
            }
        }
    }

    private static FrozenSet<string> ReadDisposable()
    {
        using var stream = typeof(EmailAddress).Assembly.GetManifestResourceStream("DisposableDomains.txt")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .ToFrozenSet();
    }
}
