using System.Net;
using AtProto.Crypto;
using Pds.Cli.Commands;
using Pds.Modules.Moving.Engine;
using Spectre.Console;

namespace Pds.Cli.Moving;

/// <summary>One call of <c>pds migrate</c>: shows how far the move has come, and asks the person for what it needs on the way.</summary>
internal sealed class MoveRun : IDisposable
{
    /// <summary>The exit code when something is needed that can only be given with another call.</summary>
    public const int Waiting = 3;

    private const string PlcTokenText = "The old server has mailed a code that confirms the change of your identity";

    private readonly Terminal _terminal;
    private readonly MoveWishes _wishes;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;

    public MoveRun(Terminal terminal, MoveWishes wishes, TimeProvider time)
    {
        (_terminal, _wishes, _time) = (terminal, wishes, time);
        var handler = new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.All, UseCookies = false, AllowAutoRedirect = false };
        _http = new HttpClient(handler, disposeHandler: true) { Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("pds-migrate");
    }

    private IAnsiConsole Console => _terminal.Console;

    // What is asked would stand beside the JSON.
    private bool CanAsk => !_wishes.AsJson && Console.Profile.Capabilities.Interactive;

    public void Dispose() => _http.Dispose();

    /// <summary>Moves, and tells what was moved.</summary>
    /// <returns>The exit code: 0 when everything has moved and was found right, 1 when not, <see cref="Waiting"/>.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var recoveryKey = await ReadRecoveryKeyAsync(cancellationToken);
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
            return _wishes.AsJson
                ? await RunForScriptAsync(move, request, cancellationToken)
                : await RunAsync(move, bars, request, cancellationToken);
        }
        catch (MoveException problem)
        {
            _terminal.Complain($"{problem.Message}\nWhat is done stays done: run the same command again to go on.");
            return 1;
        }
    }

    private async Task<int> RunAsync(Move move, MoveBars bars, MoveRequest request, CancellationToken cancellationToken)
    {
        while (true)
        {
            var outcome = await bars.ShowAsync(Console, () => move.RunAsync(request, cancellationToken));
            if (outcome.Pause is null)
            {
                MoveReportText.Write(Console, outcome.Report);
                return ExitCode(outcome);
            }

            if (outcome.Problem is { } problem)
            {
                Console.MarkupLineInterpolated($"[yellow]{problem}[/]");
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

    private async Task<int> RunForScriptAsync(Move move, MoveRequest request, CancellationToken cancellationToken)
    {
        var outcome = await move.RunAsync(request, cancellationToken);
        _terminal.Json(MoveReportJson.Of(outcome));
        return ExitCode(outcome);
    }

    private static int ExitCode(MoveOutcome outcome) =>
        outcome.Pause is not null ? Waiting : outcome.Report.Problems.Count == 0 ? 0 : 1;

    private async Task<Move> OpenAsync(MoveBars bars, CancellationToken cancellationToken)
    {
        var directory = new PlcDirectory(_http, _http, _wishes.Plc, allowPlainHttp: _wishes.To.Scheme == Uri.UriSchemeHttp);
        var to = new ServerClient(_http, _wishes.To, _wishes.To.Authority, _time);
        var from = _wishes.From ?? await ServerFinder.FindAsync(_wishes.Who, to, directory, cancellationToken);
        if (!_wishes.AsJson)
        {
            Console.MarkupLineInterpolated($"{_wishes.Who} moves from [bold]{from.Authority}[/] to [bold]{_wishes.To.Authority}[/]");
        }

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
                MoveReportText.WriteLost(Console, outcome.Report.LostBlobs);
                return await ConfirmAsync("Go on without these files?", "--without-lost-blobs", cancellationToken)
                    ? request with { GoOnWithoutLostBlobs = true }
                    : null;
            case MovePause.DidDocument:
            default:
                MoveReportText.WriteDocument(Console, outcome.Document!);
                return await ConfirmAsync("Does the document say so now?", "the same options once it does", cancellationToken) ? request : null;
        }
    }

    private async Task<string?> AskAsync(string text, string option, CancellationToken cancellationToken)
    {
        Console.WriteLine(text + ".");
        if (!CanAsk)
        {
            Console.WriteLine($"Run the same command again with {option}.");
            return null;
        }

        return (await new TextPrompt<string>("Code:").ShowAsync(Console, cancellationToken)).Trim();
    }

    private async Task<bool> ConfirmAsync(string text, string option, CancellationToken cancellationToken)
    {
        if (!CanAsk)
        {
            Console.WriteLine($"Run the same command again with {option}.");
            return false;
        }

        return await new ConfirmationPrompt(text) { DefaultValue = false }.ShowAsync(Console, cancellationToken);
    }

    private async Task<string> ReadPasswordAsync(FileInfo? file, string option, string text, CancellationToken cancellationToken)
    {
        if (file is not null)
        {
            return await ReadFileAsync(file, cancellationToken);
        }

        return CanAsk
            ? await new TextPrompt<string>(text + ":").Secret().ShowAsync(Console, cancellationToken)
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
