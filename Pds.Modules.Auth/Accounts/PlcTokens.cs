using AtProto;
using Pds.Modules.Auth.Mail;
using Pds.Modules.Auth.SignIn;
using Pds.Modules.Auth.Storage;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Modules.Auth.Accounts;

/// <summary>The codes with which this server signs PLC operations for accounts.</summary>
public sealed class PlcTokens
{
    private readonly AccountStore _accounts;
    private readonly MailedCodes _codes;
    private readonly AttemptLimits _limits;

    internal PlcTokens(AccountStore accounts, MailedCodes codes, AttemptLimits limits) =>
        (_accounts, _codes, _limits) = (accounts, codes, limits);

    internal async Task RequestAsync(Did did, IMessageBus bus, CancellationToken cancellationToken)
    {
        await _limits.CountAsync(AttemptLimit.Mail, did.Value);
        var account = await _accounts.FindAsync(did, cancellationToken) ?? throw XrpcErrors.AccountNotFound();
        await _codes.SendAsync(account, MailPurpose.PlcOperation, bus, cancellationToken);
    }

    internal Task<Did> UseAsync(Did did, string token, CancellationToken cancellationToken) =>
        _codes.UseAsync(did, MailPurpose.PlcOperation, token, cancellationToken);
}
