using System.IO.Pipelines;
using AtProto;
using AtProto.Repo;
using Microsoft.AspNetCore.Http;
using Pds.Xrpc;

namespace Pds.Modules.Repo.Imports;

/// <summary>Receives a CAR file as it arrives, each block checked against its CID.</summary>
internal static class CarReceiver
{
    // Nodes may be as large as an event; what is a record is looked at more closely when it is read.
    private static readonly CarLimits Limits = CarLimits.Repository;

    // A place among the imports is not for who keeps it busy with a trickle.
    private const double MinBytesPerSecond = 16_384;

    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    /// <summary>Receives all of the body.</summary>
    /// <returns>The roots that the header names.</returns>
    /// <exception cref="XrpcException">The file is wrong or cut off, or has more than <paramref name="limit"/> bytes, or arrives too slowly.</exception>
    public static async Task<IReadOnlyList<Cid>> ReceiveAsync(
        PipeReader body, long limit, ImportedBlocks blocks, ImportSlots.Slot slot, TimeProvider time,
        CancellationToken cancellationToken)
    {
        var car = new CarReader(Limits);
        var received = 0L;
        var waited = TimeSpan.Zero;
        while (true)
        {
            var started = time.GetTimestamp();
            var read = await body.ReadAsync(cancellationToken);
            waited += time.GetElapsedTime(started);
            var rest = read.Buffer;
            try
            {
                if (received + rest.Length > limit)
                {
                    throw XrpcErrors.PayloadTooLarge();
                }

                if (waited > Grace && received + rest.Length < waited.TotalSeconds * MinBytesPerSecond)
                {
                    throw new XrpcException(StatusCodes.Status408RequestTimeout, "RequestTimeout", "The repository arrives too slowly");
                }

                while (car.TryRead(ref rest, out var block))
                {
                    blocks.Add(block);
                }

                await slot.GrowAsync(blocks.Count, cancellationToken);
                if (read.IsCompleted)
                {
                    car.Complete(rest);
                    blocks.Flush();
                    return car.Roots!;
                }
            }
            catch (CarException exception)
            {
                throw XrpcErrors.InvalidRequest(exception.Message);
            }
            finally
            {
                received += read.Buffer.Length - rest.Length;
                body.AdvanceTo(rest.Start, read.Buffer.End);
            }
        }
    }
}
