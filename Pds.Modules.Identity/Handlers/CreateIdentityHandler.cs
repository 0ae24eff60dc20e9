using AtProto;
using AtProto.Crypto;
using Pds.Contracts.Identity;
using Pds.Modules.Identity.Handles;
using Pds.Modules.Identity.Plc;
using Pds.Modules.Identity.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Identity.Handlers;

public static class CreateIdentityHandler
{
    public static async Task<CreatedIdentity> HandleAsync(
        CreateIdentity command, Genesis genesis, IdentityStore identities, RotationKeyStore keys,
        CancellationToken cancellationToken)
    {
        if (command.RecoveryKey is not null && !PublicKey.TryParseDidKey(command.RecoveryKey, out _))
        {
            throw XrpcErrors.InvalidRequest("recoveryKey must be a did:key of P-256 or secp256k1");
        }

        var operation = genesis.Create(command.Handle, command.SigningKey, command.RecoveryKey);
        var did = operation.Did;
        if (!await identities.TryAddAsync(did, command.Handle, AccountStatus.Active, operation, cancellationToken))
        {
            throw HandleRules.Taken(command.Handle);
        }

        if (command.RecoveryKey is { } key)
        {
            await keys.AddAsync(did, key, cancellationToken);
        }

        return new CreatedIdentity(did);
    }
}
