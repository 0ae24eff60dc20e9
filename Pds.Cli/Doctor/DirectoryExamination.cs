using System.Runtime.CompilerServices;
using AtProto.Identity;

namespace Pds.Cli.Doctor;

/// <summary>Whether the PLC directory answers, and says of an account here what is so.</summary>
internal sealed class DirectoryExamination : IExamination
{
    public string Name => "directory";

    public async IAsyncEnumerable<Symptom> ExamineAsync(Patient patient, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var directory = patient.Identity.PlcUrl;
        using (var response = await patient.World.GetAsync(new Uri(directory, "/_health"), cancellationToken))
        {
            yield return response.IsSuccessStatusCode
                ? Symptom.Ok($"{directory.Host} answers")
                : Symptom.Warn($"{directory.Host} answers {(int)response.StatusCode}", "Wait, or correct PDS_DID_PLC_URL.");
        }

        if (await patient.GetAccountAsync() is not var (did, handle) || !did.Value.StartsWith("did:plc:", StringComparison.Ordinal))
        {
            yield break;
        }

        using var answer = await patient.World.GetAsync(new Uri(directory, $"/{did}"), cancellationToken);
        if (!answer.IsSuccessStatusCode)
        {
            yield return Symptom.Fail($"{directory.Host} does not know {did}", "Is PDS_DID_PLC_URL the directory in which the accounts were made?");
            yield break;
        }

        var document = DidDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellationToken));
        yield return document.PdsEndpoint?.TrimEnd('/') == patient.Service.PublicUrl
            ? Symptom.Ok($"{handle} is said to be here")
            : Symptom.Fail(
                $"{handle} is said to be at {document.PdsEndpoint ?? "no server"}, not at {patient.Service.PublicUrl}",
                "Set PDS_HOSTNAME to the name under which the accounts were made.");
    }
}
