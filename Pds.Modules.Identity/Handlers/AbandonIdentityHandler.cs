using AtProto.Plc;
using Microsoft.Extensions.Logging;
using Pds.Contracts.Identity;
using Pds.Modules.Identity.Plc;
using Pds.Modules.Identity.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Identity.Handlers;

public static partial class AbandonIdentityHandler
{
    public static async Task HandleAsync(
        AbandonIdentity command,
        IdentityStore identities,
        PlcClient directory,
        RotationKey rotationKey,
        ILogger<AbandonIdentity> logger,
        CancellationToken cancellationToken)
    {
        if (await identities.FindGenesisCidAsync(command.Did, cancellationToken) is { } genesis)
        {
            try
            {
                // Also when it may never have arrived: a publication that timed out can have been done.
                await directory.SubmitAsync(
                    command.Did, PlcOperation.Tombstone(genesis).Sign(rotationKey.Key), cancellationToken);
            }
            catch (XrpcException refusal)
            {
                // The handle has to be freed all the same; what is left is a DID that no one has.
                Log.NotTombstoned(logger, command.Did.Value, refusal.Message);
            }
        }

        await identities.RemoveAsync(command.Did, cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The abandoned {Did} was not tombstoned: {Reason}")]
        public static partial void NotTombstoned(ILogger logger, string did, string reason);
    }
}
