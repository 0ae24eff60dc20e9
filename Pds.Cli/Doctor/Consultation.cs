namespace Pds.Cli.Doctor;

/// <summary>All examinations, at once, each with its time.</summary>
internal static class Consultation
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <param name="problems">What keeps the server from being put together.</param>
    /// <returns>What was found, in a fixed order.</returns>
    public static async Task<List<(string Name, Symptom Symptom)>> HoldAsync(
        Patient patient, IReadOnlyList<string> problems, CancellationToken cancellationToken)
    {
        IExamination[] all =
        [
            new SettingsExamination(problems), new SecretsExamination(), new DnsExamination(), new TlsExamination(TimeProvider.System),
            new ServerExamination(), new HandleExamination(), new DirectoryExamination(), new CrawlerExamination(), new MailExamination(),
            new ClockExamination(TimeProvider.System), new DatabaseExamination(), new RedisExamination(), new BlobExamination(), new DiskExamination(),
        ];
        var found = await Task.WhenAll(all.Select(examination => ExamineAsync(examination, patient, cancellationToken)));
        return [.. found.SelectMany(symptoms => symptoms)];
    }

    private static async Task<List<(string, Symptom)>> ExamineAsync(IExamination examination, Patient patient, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        var found = new List<(string, Symptom)>();
        try
        {
            await foreach (var symptom in examination.ExamineAsync(patient, limit.Token))
            {
                found.Add((examination.Name, symptom));
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            found.Add((examination.Name, Symptom.Fail($"there is no answer within {Limit.TotalSeconds} s", "See what keeps it: a firewall, a name server, the other side.")));
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            found.Add((examination.Name, Symptom.Fail(failure.Message, "See what the message says.")));
        }

        return found;
    }
}
