using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Pds.Cli.Doctor;

/// <summary>Whether this machine's clock is right: revisions, tokens and certificates hang on it.</summary>
internal sealed class ClockExamination(TimeProvider time) : IExamination
{
    private const string Cure = "Let the machine's clock be set from the network: timedatectl set-ntp true";

    // The header counts whole seconds, and servers make it now and then.
    private static readonly TimeSpan Slight = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Serious = TimeSpan.FromSeconds(60);

    public string Name => "clock";

    public async IAsyncEnumerable<Symptom> ExamineAsync(Patient patient, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var directory = patient.Identity.PlcUrl;
        var asked = time.GetUtcNow();
        using (var response = await patient.World.GetAsync(new Uri(directory, "/_health"), HttpCompletionOption.ResponseHeadersRead, cancellationToken))
        {
            yield return response.Headers.Date is { } date
                ? Judge(directory.Host, date, asked)
                : Symptom.Warn($"{directory.Host} does not tell the time", Cure);
        }

        if (patient.Parts?.Services.GetService<NpgsqlDataSource>() is { } database)
        {
            asked = time.GetUtcNow();
            await using var command = database.CreateCommand("SELECT clock_timestamp()");
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            yield return Judge("Postgres", reader.GetFieldValue<DateTimeOffset>(0), asked);
        }
    }

    // Their time belongs between the question and the answer, however long the answer took.
    private Symptom Judge(string whose, DateTimeOffset their, DateTimeOffset asked)
    {
        var now = time.GetUtcNow();
        var off = their < asked ? asked - their : their > now ? now - their : TimeSpan.Zero;
        var text = string.Create(CultureInfo.InvariantCulture, $"it is {Math.Abs(off.TotalSeconds):0.#} s {(off > TimeSpan.Zero ? "ahead of" : "behind")} that of {whose}");
        return off.Duration() > Serious ? Symptom.Fail(text, Cure)
            : off.Duration() > Slight ? Symptom.Warn(text, Cure)
            : Symptom.Ok($"it is that of {whose}");
    }
}
