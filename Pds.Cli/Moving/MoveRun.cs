using System.Net;
using AtProto.Crypto;
using Pds.Modules.Moving.Engine;
using Spectre.Console;

namespace Pds.Cli.Moving;

/// <summary>One call of <c>pds migrate</c>: shows how far the move has come, and asks the person for what it needs on the way.</summary>
internal sealed class MoveRun : IDisposable
{
    /// <summary>The exit code when something is needed that can only be given with another call.</summary>
    public const int Waiting = 3;

    private const string PlcTokenText = "The old server has mailed a code that confirms the change of your identity";

    private readonly IAnsiConsole _console;
    private readonly MoveWishes _wishes;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;

    public MoveRun(IAnsiConsole console, MoveWishes wishes, TimeProvider time)
    {
        (_console, _wishes, _time) = (console, wishes, time);
        var handler = new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.All, UseCookies = false, AllowAutoRedirect = false };
        _http = new HttpClient(handler, disposeHandler: true) { Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("pds-migrate");
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Moves, and tells what was moved.</summary>
    /// <returns>The exit code: 0 when everything has moved and was found right, 1 when not, <see cref="Waiting"/>.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        using var recoveryKey = await ReadRecoveryKeyAsync(cancellationToken);
        try
        {
            var request = new MoveRequest(
                _wishes.Who,
                await ReadPasswordAsync(_wishes.OldPasswordFile, "--old-password-file", "Password at the old server", cancellationToken),
                await ReadPasswordAsync(_wishes.NewPasswordFile, "--new-password-file", "Password for the new server", cancellationToken))
            {
                Handle = _wishes.Handle,
                Email = _wishes.Email,
                InviteCode = _wishes.InviteCode,
                SignInCode = _wishes.SignInCode,
                PlcToken = _wishes.PlcToken,
                RecoveryKey = recoveryKey,
                GoOnWithoutLostBlobs = _wishes.GoOnWithoutLostBlobs,
                LeaveOldActive = _wishes.LeaveOldActive,
            };
            var bars = new MoveBars();
            var move = await OpenAsync(bars, cancellationToken);
            return await RunAsync(move, bars, request, cancellationToken);
        }
        catch (MoveException problem)
        {
            _console.MarkupLineInterpolated($"[red]{problem.Message}[/]");
            _console.WriteLine("What is done stays done: run the same command again to go on.");
            return 1;
        }
    }

    private async Task<int> RunAsync(Move move, MoveBars bars, MoveRequest request, CancellationToken cancellationToken)
    {
        while (true)
        {
            var outcome = await bars.ShowAsync(_console, () => move.RunAsync(request, cancellationToken));
            if (outcome.Pause is null)
            {
                MoveReportText.Write(_console, outcome.Report);
                return outcome.Report.Problems.Count == 0 ? 0 : 1;
            }

            if (outcome.Problem is { } problem)
            {
                _console.MarkupLineInterpolated($"[yellow]{problem}[/]");
            }

            // Answers are good once.
            request = request with { SignInCode = null, PlcToken = null };
            var answer = await AskAsync(outcome, request, cancellationToken);
            if (answer is null)
            {
                return Waiting;
            }

            request = answer;
        }
    }

    private async Task<Move> OpenAsync(MoveBars bars, CancellationToken cancellationToken)
    {
        var directory = new PlcDirectory(_http, _http, _wishes.Plc, allowPlainHttp: _wishes.To.Scheme == Uri.UriSchemeHttp);
        var to = new ServerClient(_http, _wishes.To, _wishes.To.Authority, _time);
        var from = _wishes.From ?? await ServerFinder.FindAsync(_wishes.Who, to, directory, cancellationToken);
        _console.MarkupLineInterpolated($"{_wishes.Who} moves from [bold]{from.Authority}[/] to [bold]{_wishes.To.Authority}[/]");
        return new Move(new ServerClient(_http, from, from.Authority, _time), to, directory, _time, bars);
    }

    private async Task<MoveRequest?> AskAsync(MoveOutcome outcome, MoveRequest request, CancellationToken cancellationToken)
    {
        switch (outcome.Pause)
        {
            case MovePause.OldSignInCode:
                return await AskAsync("The old server asks for a code beside the password", "--sign-in-code", cancellationToken) is { } old
                    ? request with { SignInCode = old }
                    : null;
            case MovePause.NewSignInCode:
                return await AskAsync("The new server asks for a code beside the password", "--sign-in-code", cancellationToken) is { } @new
                    ? request with { SignInCode = @new }
                    : null;
            case MovePause.PlcToken:
                return await AskAsync(PlcTokenText, "--plc-token", cancellationToken) is { } token ? request with { PlcToken = token } : null;
            case MovePause.LostBlobs:
                MoveReportText.WriteLost(_console, outcome.Report.LostBlobs);
                return await ConfirmAsync("Go on without these files?", "--without-lost-blobs", cancellationToken)
                    ? request with { GoOnWithoutLostBlobs = true }
                    : null;
            case MovePause.DidDocument:
            default:
                MoveReportText.WriteDocument(_console, outcome.Document!);
                return await ConfirmAsync("Does the document say so now?", "the same options once it does", cancellationToken) ? request : null;
        }
    }

    private async Task<string?> AskAsync(string text, string option, CancellationToken cancellationToken)
    {
        _console.WriteLine(text + ".");
        if (!_console.Profile.Capabilities.Interactive)
        {
            _console.WriteLine($"Run the same command again with {option}.");
            return null;
        }

        return (await new TextPrompt<string>("Code:").ShowAsync(_console, cancellationToken)).Trim();
    }

    private async Task<bool> ConfirmAsync(string text, string option, CancellationToken cancellationToken)
    {
        if (!_console.Profile.Capabilities.Interactive)
        {
            _console.WriteLine($"Run the same command again with {option}.");
            return false;
        }

        return await new ConfirmationPrompt(text) { DefaultValue = false }.ShowAsync(_console, cancellationToken);
    }

    private async Task<string> ReadPasswordAsync(FileInfo? file, string option, string text, CancellationToken cancellationToken)
    {
        if (file is not null)
        {
            return await ReadFileAsync(file, cancellationToken);
        }

        return _console.Profile.Capabilities.Interactive
            ? await new TextPrompt<string>(text + ":").Secret().ShowAsync(_console, cancellationToken)
            : throw new MoveException($"A password is missing: give it with {option}, or run this at a terminal to be asked");
    }

    private async Task<PrivateKey?> ReadRecoveryKeyAsync(CancellationToken cancellationToken) => _wishes.RecoveryKeyFile is { } file
        ? PrivateKey.FromBytes(_wishes.RecoveryKeyCurve, Convert.FromHexString(await ReadFileAsync(file, cancellationToken)))
        : null;

    private static async Task<string> ReadFileAsync(FileInfo file, CancellationToken cancellationToken)
    {
        try
        {
            return (await File.ReadAllTextAsync(file.FullName, cancellationToken)).TrimEnd('\r', '\n');
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new MoveException(problem.Message, problem);
        }
    }
}
