namespace Pds.Cli.Doctor;

/// <summary>What one look has found.</summary>
/// <param name="Text">What is so.</param>
/// <param name="Cure">How to mend it; null where nothing has to be mended.</param>
internal sealed record Symptom(Verdict Verdict, string Text, string? Cure = null)
{
    public static Symptom Ok(string text) => new(Verdict.Ok, text);

    public static Symptom Warn(string text, string cure) => new(Verdict.Warn, text, cure);

    public static Symptom Fail(string text, string cure) => new(Verdict.Fail, text, cure);
}
