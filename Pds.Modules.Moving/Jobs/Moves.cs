using System.Security.Cryptography;
using System.Text;
using AtProto;
using Pds.Contracts.Moving;
using Pds.Modules.Moving.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Moving.Jobs;

/// <summary>What a person can do with a move; the work itself is <see cref="MoveWorker"/>'s.</summary>
public sealed class Moves
{
    private const int MostPerHour = 10;
    private const int MostAnswers = 40;

    private readonly MoveStore _store;
    private readonly MoveSeal _seal;
    private readonly MoveSignal _signal;
    private readonly MovingOptions _options;
    private readonly ServiceOptions _service;
    private readonly TimeProvider _time;

    internal Moves(MoveStore store, MoveSeal seal, MoveSignal signal, MovingOptions options, ServiceOptions service, TimeProvider time) =>
        (_store, _seal, _signal, _options, _service, _time) = (store, seal, signal, options, service, time);

    /// <summary>Puts a move on its way.</summary>
    /// <returns>Its key.</returns>
    /// <exception cref="XrpcException">As <see cref="BeginMove"/> says.</exception>
    public async Task<string> BeginAsync(BeginMove wish, CancellationToken cancellationToken)
    {
        if (!_options.AcceptsImports)
        {
            throw XrpcErrors.BadRequest("NotAccepting", "Service is not accepting repo imports");
        }

        var secret = new MoveSecret(
            wish.Identifier.Trim().TrimStart('@'), ServerOf(wish.Server), wish.OldPassword, wish.NewPassword, wish.Handle, wish.Email, wish.InviteCode);
        var key = RandomNumberGenerator.GetHexString(64, lowercase: true);
        var now = _time.GetUtcNow();
        var caller = SHA256.HashData(Encoding.UTF8.GetBytes(wish.Address));
        if (!await _store.AddAsync(IdOf(key), caller, _seal.Close(secret), MostPerHour, now - TimeSpan.FromHours(1), now, cancellationToken))
        {
            throw XrpcErrors.RateLimitExceeded();
        }

        MovingTelemetry.MovesBegun.Add(1);
        _signal.Ring();
        return key;
    }

    public async Task<MoveView?> FindAsync(string key, CancellationToken cancellationToken) =>
        (await _store.FindAsync(IdOf(key), cancellationToken))?.View;

    /// <exception cref="XrpcException">As <see cref="AnswerMove"/> says.</exception>
    public async Task AnswerAsync(AnswerMove answer, CancellationToken cancellationToken)
    {
        var row = await _store.FindAsync(IdOf(answer.Key), cancellationToken);
        if (row is not { Secret: { } text, View.Waits: { } wait } || _seal.Open(text) is not { } secret)
        {
            throw XrpcErrors.BadRequest("MoveNotFound", "There is no move that waits");
        }

        secret = secret with
        {
            SignInCode = wait is MoveWait.OldSignInCode or MoveWait.NewSignInCode ? answer.Code : null,
            PlcToken = wait is MoveWait.PlcToken && !answer.MailAgain ? answer.Code : null,
            WithoutLost = secret.WithoutLost || answer.WithoutLost,
        };
        if (!await _store.AnswerAsync(row.Id, _seal.Close(secret), MostAnswers, _time.GetUtcNow(), cancellationToken))
        {
            throw XrpcErrors.RateLimitExceeded();
        }

        _signal.Ring();
    }

    public Task EndAsync(string key, CancellationToken cancellationToken) => _store.EndAsync(IdOf(key), _time.GetUtcNow(), cancellationToken);

    public Task ForgetAsync(Did did, CancellationToken cancellationToken) => _store.DeleteAsync(did, cancellationToken);

    private static byte[] IdOf(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    // A host name as people type it, or a whole address, of which the origin counts.
    private Uri? ServerOf(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        text = text.Trim();
        return Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : $"https://{text}", UriKind.Absolute, out var address)
            && IsAllowed(address)
                ? new Uri(address.GetLeftPart(UriPartial.Authority))
                : throw XrpcErrors.BadRequest("InvalidServer", "The old server must be an https address");
    }

    internal bool IsAllowed(Uri address) =>
        address.UserInfo.Length == 0
        && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && _service.AllowPrivateAddresses));
}
