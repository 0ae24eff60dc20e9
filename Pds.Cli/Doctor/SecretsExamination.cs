using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using AtProto.Crypto;

namespace Pds.Cli.Doctor;

/// <summary>Whether the secrets are hard to guess, and each is its own. None of them is ever shown.</summary>
internal sealed class SecretsExamination : IExamination
{
    private const int FewestCharacters = 16;
    private const int FewestDifferent = 8;

    private const string New = "Make a new one: openssl rand --hex 32";

    private static readonly string[] Names =
        ["PDS_JWT_SECRET", "PDS_DPOP_SECRET", "PDS_ADMIN_PASSWORD", "PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX"];

    public string Name => "secrets";

    public async IAsyncEnumerable<Symptom> ExamineAsync(Patient patient, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        var isFine = true;
        var seen = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in Names)
        {
            if (patient.Settings[name] is not { Length: > 0 } secret)
            {
                continue;
            }

            if (!seen.TryAdd(secret, name))
            {
                isFine = false;
                yield return Symptom.Fail($"{name} is the same as {seen[secret]}", New);
            }

            if (secret.Length < FewestCharacters || secret.Distinct().Count() < FewestDifferent)
            {
                isFine = false;
                yield return Symptom.Warn($"{name} is easy to guess", New);
            }
        }

        if (patient.Repo.PlcRotationKey.Length == 64 && !IsKey(patient.Repo.PlcRotationKey))
        {
            isFine = false;
            yield return Symptom.Fail("PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX is no key of secp256k1", New);
        }

        if (isFine)
        {
            yield return Symptom.Ok($"{seen.Count} secrets, each its own");
        }
    }

    private static bool IsKey(string hex)
    {
        try
        {
            using var key = PrivateKey.FromBytes(KeyCurve.K256, Convert.FromHexString(hex));
            return true;
        }
        catch (Exception failure) when (failure is ArgumentException or CryptographicException)
        {
            return false;
        }
    }
}
