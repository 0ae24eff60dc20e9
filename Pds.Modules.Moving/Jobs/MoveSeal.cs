using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;

namespace Pds.Modules.Moving.Jobs;

/// <summary>Seals what is secret of a move, with keys that are not in its row.</summary>
internal sealed class MoveSeal(IDataProtectionProvider protection)
{
    private readonly IDataProtector _protector = protection.CreateProtector("Pds.Modules.Moving.Jobs");

    public string Close(MoveSecret secret) => _protector.Protect(JsonSerializer.Serialize(secret, MoveJson.Default.MoveSecret));

    /// <summary>Null when it was sealed by keys that are gone.</summary>
    public MoveSecret? Open(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(_protector.Unprotect(text), MoveJson.Default.MoveSecret);
        }
        catch (Exception problem) when (problem is CryptographicException or JsonException)
        {
            return null;
        }
    }
}
