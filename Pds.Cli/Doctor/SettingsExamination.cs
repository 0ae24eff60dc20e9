using System.Runtime.CompilerServices;
using Pds.Web;

namespace Pds.Cli.Doctor;

/// <summary>Whether the settings let the server start, and whether one is written wrongly.</summary>
internal sealed class SettingsExamination(IReadOnlyList<string> problems) : IExamination
{
    public string Name => "settings";

    public async IAsyncEnumerable<Symptom> ExamineAsync(Patient patient, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var problem in problems)
        {
            yield return Symptom.Fail(problem, "Correct it where the server's settings stand, and start the server again.");
        }

        foreach (var unknown in patient.Parts is { } parts ? PdsApplication.FindUnknownVariables(parts) : [])
        {
            yield return Symptom.Warn($"{unknown} is not a setting of this server", "Look for its right name in README.md.");
        }

        if (patient.Service.DevMode && !patient.IsLocal)
        {
            yield return Symptom.Fail("PDS_DEV_MODE is set", "Take it away: requests may reach private addresses while it is there.");
        }

        if (problems.Count == 0)
        {
            yield return Symptom.Ok($"a server for {patient.Service.PublicUrl} as {patient.Service.ServiceDid}");
        }
    }
}
