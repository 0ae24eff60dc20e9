using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace Pds.Cli.Doctor;

/// <summary>Whether Redis answers.</summary>
internal sealed class RedisExamination : IExamination
{
    public string Name => "redis";

    public async IAsyncEnumerable<Symptom> ExamineAsync(Patient patient, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (patient.Parts is not { } parts)
        {
            yield break;
        }

        yield return await PingAsync(parts.Services.GetRequiredService<IConnectionMultiplexer>(), cancellationToken);
    }

    private static async Task<Symptom> PingAsync(IConnectionMultiplexer redis, CancellationToken cancellationToken)
    {
        try
        {
            var took = await redis.GetDatabase().PingAsync().WaitAsync(cancellationToken);
            return Symptom.Ok(string.Create(CultureInfo.InvariantCulture, $"it answers in {took.TotalMilliseconds:0.#} ms"));
        }
        catch (Exception failure) when (failure is RedisException or TimeoutException)
        {
            return Symptom.Fail(
                $"it does not answer: {failure.Message}",
                "Start it, or correct ConnectionStrings__redis. Without it the server works, slower, and without limits shared by replicas.");
        }
    }
}
