using System.IO.Pipelines;
using AtProto;
using AtProto.Repo;
using Pds.Xrpc;

namespace Pds.Modules.Repo.Imports;

/// <summary>Receives a CAR file as it arrives, each block checked against its CID.</summary>
internal static class CarReceiver
{
    // Nodes may be as large as an event; what is a record is looked at more closely when it is read.
    private static readonly CarLimits Limits = CarLimits.Repository;

    /// <summary>Receives all of the body.</summary>
    /// <returns>The roots that the header names.</returns>
    /// <exception cref="XrpcException">The file is wrong or cut off, or has more than <paramref name="limit"/> bytes.</exception>
    public static async Task<IReadOnlyList<Cid>> ReceiveAsync(
        PipeReader body, long limit, ImportedBlocks blocks, CancellationToken cancellationToken)
    {
        var car = new CarReader(Limits);
        var received = 0L;
        while (true)
        {
            var read = await body.ReadAsync(cancellationToken);
            var rest = read.Buffer;
            try
            {
                if (received + rest.Length > limit)
                {
                    throw XrpcErrors.PayloadTooLarge();
                }

                while (car.TryRead(ref rest, out var block))
                {
                    blocks.Add(block);
                }

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
