using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Pds.Cli.Doctor;

/// <summary>Whether there is room where the server, its blobs and Postgres write.</summary>
internal sealed class DiskExamination : IExamination
{
    private const long Gigabyte = 1L << 30;

    public string Name => "disk";

    public async IAsyncEnumerable<Symptom> ExamineAsync(Patient patient, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return Judge("data", Path.GetFullPath(patient.Service.DataDirectory));
        if (patient.Blobs.S3Bucket is null && patient.Blobs.AzureConnectionString is null)
        {
            yield return Judge("blobs", patient.Blobs.Directory);
        }

        if (await FindPostgresAsync(patient, cancellationToken) is { } folder && Directory.Exists(folder))
        {
            yield return Judge("Postgres", folder);
        }
    }

    // Where it lies is told to a superuser alone, and is of use only on the same machine.
    private static async Task<string?> FindPostgresAsync(Patient patient, CancellationToken cancellationToken)
    {
        if (patient.Parts?.Services.GetService<NpgsqlDataSource>() is not { } database)
        {
            return null;
        }

        try
        {
            await using var command = database.CreateCommand("SELECT current_setting('data_directory', true)");
            return await command.ExecuteScalarAsync(cancellationToken) as string;
        }
        catch (NpgsqlException)
        {
            return null;
        }
    }

    private static Symptom Judge(string what, string folder)
    {
        var place = folder;
        while (!Directory.Exists(place) && Path.GetDirectoryName(place) is { } above)
        {
            place = above;
        }

        var drive = new DriveInfo(place);
        var (free, share) = (drive.AvailableFreeSpace, (double)drive.AvailableFreeSpace / Math.Max(1, drive.TotalSize));
        var text = string.Create(CultureInfo.InvariantCulture, $"{what}: {free / (double)Gigabyte:0.#} GB free, {share:P0} of the disk of {folder}");
        return free < Gigabyte / 2 || share < 0.02 ? Symptom.Fail(text, "Make room: when the disk is full, nothing can be written.")
            : free < 2 * Gigabyte || share < 0.1 ? Symptom.Warn(text, "Make room, or get a larger disk, before it is full.")
            : Symptom.Ok(text);
    }
}
