using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Pds.Modules.Repo.Blobs;

namespace Pds.Cli.Doctor;

/// <summary>Whether a blob can be kept, read and deleted.</summary>
internal sealed class BlobExamination : IExamination
{
    public string Name => "blobs";

    public async IAsyncEnumerable<Symptom> ExamineAsync(Patient patient, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (patient.Parts is not { } parts)
        {
            yield break;
        }

        yield return await TryAsync(patient, parts.Services, cancellationToken);
    }

    private static async Task<Symptom> TryAsync(Patient patient, IServiceProvider services, CancellationToken cancellationToken)
    {
        var place = patient.Blobs.S3Bucket is { } bucket ? $"the bucket {bucket}"
            : patient.Blobs.AzureConnectionString is not null ? $"the container {patient.Blobs.AzureContainer}"
            : patient.Blobs.Directory;
        try
        {
            await services.GetRequiredService<BlobArchive>().TryAsync(cancellationToken);
            return Symptom.Ok($"{place} takes and gives blobs");
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            return Symptom.Fail(
                $"{place} takes no blobs: {failure.Message}",
                "Give the server's user the right to write there; PDS_BLOBSTORE_DISK_TMP_LOCATION has to be on the same volume.");
        }
    }
}
