namespace Pds.Modules.Moving.Engine;

/// <summary>
/// Moves an account from any server to any other, by the calls that every client can make. Nothing is remembered between runs but
/// the sessions: what is done is seen at the servers, so that a run that was cut anywhere is simply run again.
/// </summary>
/// <param name="old">Where the account lives.</param>
/// <param name="new">Where it is to live.</param>
/// <param name="progress">Told often, from any thread.</param>
public sealed class Move(ServerClient old, ServerClient @new, PlcDirectory plc, TimeProvider time, IProgress<MoveProgress>? progress = null)
{
    private readonly MoveContext _move = new(old, @new, plc, time, progress);
    private OldAccount? _oldAccount;

    /// <summary>Goes as far as it can.</summary>
    /// <returns>That the account has moved, or what is needed to go on: run again with the answer.</returns>
    /// <exception cref="MoveException">Something went wrong; run again once that is mended.</exception>
    public async Task<MoveOutcome> RunAsync(MoveRequest request, CancellationToken cancellationToken)
    {
        try
        {
            await SignInAsync(request, cancellationToken);
            var isArrived = await BringAsync(request, cancellationToken);
            await MoveCheck.ContentsAsync(_move, isArrived, cancellationToken);
            if (!isArrived)
            {
                Refuse(request);
                await IdentityChange.RunAsync(_move, request, cancellationToken);
                await ActivateAsync(cancellationToken);
            }

            await LeaveAsync(request, cancellationToken);
            await MoveCheck.IdentityAsync(_move, request, cancellationToken);
            return new MoveOutcome(null, _move.Report);
        }
        catch (MovePausedException pause)
        {
            return new MoveOutcome(pause.Pause, _move.Report, pause.Problem, pause.Document);
        }
    }

    /// <summary>The sessions as they are now; null before the first sign-in. They are secrets.</summary>
    public MoveSessions? Sessions
    {
        get => _oldAccount is { } account && _move.Old.Tokens is { } tokens ? new MoveSessions(_move.Did, account, tokens, _move.New.Tokens) : null;
        init
        {
            if (value is not null)
            {
                (_move.Did, _oldAccount, _move.Old.Tokens, _move.New.Tokens) = (value.Did, value.Account, value.Old, value.New);
                _move.Report = _move.Report with { Did = value.Did };
            }
        }
    }

    private async Task SignInAsync(MoveRequest request, CancellationToken cancellationToken)
    {
        // A code is good once: who has signed in at one server does not do so again because the other asks for a code.
        if (_oldAccount is null)
        {
            _oldAccount = await AccountArrival.SignInAsync(_move, request, cancellationToken);
            _move.Report = _move.Report with { Did = _move.Did };
            request = request with { SignInCode = null };
        }

        if (_move.New.Tokens is null)
        {
            await AccountArrival.ArriveAsync(_move, request, _oldAccount, cancellationToken);
        }
    }

    /// <summary>Brings everything along, unless the account lives at the new server already: what it has there is newer.</summary>
    private async Task<bool> BringAsync(MoveRequest request, CancellationToken cancellationToken)
    {
        if (await MoveCheck.IsActiveAsync(_move.New, _move, cancellationToken))
        {
            if (await IdentityChange.IsHereAsync(_move.New, cancellationToken))
            {
                return !await IdentityChange.IsHereAsync(_move.Old, cancellationToken)
                    ? true
                    : throw new MoveException($"The account lives at {_move.New.Name} already: both servers are the same") { Error = "SameServer" };
            }

            // It was left active when it moved away from there; the network has long not looked at it.
            await _move.New.CallAsync("com.atproto.server.deactivateAccount", [], cancellationToken);
        }

        _move.Tell(MoveStep.Repository);
        await RepositoryCopy.RunAsync(_move, cancellationToken);
        var lost = await BlobCopy.RunAsync(_move, cancellationToken);
        if (lost.Count > 0 && !request.GoOnWithoutLostBlobs)
        {
            _move.Report = _move.Report with { LostBlobs = lost };
            throw new MovePausedException(MovePause.LostBlobs);
        }

        _move.Tell(MoveStep.Preferences);
        await PreferenceCopy.RunAsync(_move, cancellationToken);
        return false;
    }

    // After this the old server is no longer asked who the account is.
    private void Refuse(MoveRequest request)
    {
        if (_move.Report.Problems is [var problem, ..])
        {
            throw new MoveException($"{problem}. Nothing has changed for the network yet.");
        }

        if (_move.Report.LostBlobs.Count > 0 && !request.GoOnWithoutLostBlobs)
        {
            throw new MovePausedException(MovePause.LostBlobs);
        }
    }

    private async Task ActivateAsync(CancellationToken cancellationToken)
    {
        _move.Tell(MoveStep.Activation);
        if (!await MoveCheck.IsActiveAsync(_move.New, _move, cancellationToken))
        {
            await _move.New.CallAsync("com.atproto.server.activateAccount", null, cancellationToken);
        }
    }

    private async Task LeaveAsync(MoveRequest request, CancellationToken cancellationToken)
    {
        _move.Tell(MoveStep.Departure);
        if (!request.LeaveOldActive && await MoveCheck.IsActiveAsync(_move.Old, _move, cancellationToken))
        {
            await _move.Old.CallAsync("com.atproto.server.deactivateAccount", [], cancellationToken);
        }
    }
}
