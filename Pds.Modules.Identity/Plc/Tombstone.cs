using AtProto;
using AtProto.Plc;
using Microsoft.Extensions.Logging;
using Pds.Xrpc;

namespace Pds.Modules.Identity.Plc;

/// <summary>Ends a DID that was made here for an account that did not come to be.</summary>
public sealed partial class Tombstone(PlcClient directory, RotationKey rotationKey, ILogger<Tombstone> logger)
{
    /// <summary>
    /// Sends the tombstone, also for a DID that may never have arrived: a publication that timed out can have been done. When it
    /// is refused, what is left is a DID that no one has; the handle has to be freed all the same.
    /// </summary>
    public async Task TryPublishAsync(Did did, Cid genesis, CancellationToken cancellationToken)
    {
        try
        {
            await directory.SubmitAsync(did, PlcOperation.Tombstone(genesis).Sign(rotationKey.Key), cancellationToken);
        }
        catch (XrpcException refusal)
        {
            Log.Refused(logger, did, refusal.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "The abandoned {Did} was not tombstoned: {Reason}")]
        public static partial void Refused(ILogger logger, Did did, string reason);
    }
}
