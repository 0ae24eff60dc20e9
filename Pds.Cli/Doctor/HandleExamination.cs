using System.Runtime.CompilerServices;
using DnsClient;

namespace Pds.Cli.Doctor;

/// <summary>Whether the world can tell whose a handle of this server is.</summary>
internal sealed class HandleExamination : IExamination
{
    public string Name => "handles";

    public async IAsyncEnumerable<Symptom> ExamineAsync(Patient patient, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (await patient.GetAccountAsync() is not var (did, handle))
        {
            yield return Symptom.Ok("there is no account yet whose handle could be looked up");
            yield break;
        }

        var scheme = patient.IsLocal ? "http" : "https";
        string found;
        try
        {
            using var response = await patient.World.GetAsync(new Uri($"{scheme}://{handle}/.well-known/atproto-did"), cancellationToken);
            found = response.IsSuccessStatusCode ? (await response.Content.ReadAsStringAsync(cancellationToken)).Trim() : $"it answered {(int)response.StatusCode}";
        }
        catch (HttpRequestException failure)
        {
            found = failure.Message;
        }

        if (found == did.Value)
        {
            yield return Symptom.Ok($"{handle} tells its DID");
            yield break;
        }

        var answer = patient.IsLocal ? null : await patient.Dns.QueryAsync($"_atproto.{handle}", QueryType.TXT, cancellationToken: cancellationToken);
        yield return answer?.Answers.TxtRecords().Any(record => string.Concat(record.Text) == $"did={did}") == true
            ? Symptom.Ok($"{handle} tells its DID, by DNS")
            : Symptom.Fail(
                $"{handle} does not tell its DID: {(found.Length > 120 ? found[..120] : found)}",
                "Let the proxy send every handle's name on to this server, with the header Host as it came.");
    }
}
