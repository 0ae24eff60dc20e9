using System.Text.Json;
using System.Text.Json.Nodes;
using AtProto;

namespace Pds.Modules.Moving.Engine;

/// <summary>The sessions at both servers, and the account at the new one.</summary>
internal static class AccountArrival
{
    private const string CreateSession = "com.atproto.server.createSession";
    private const string CreateAccount = "com.atproto.server.createAccount";

    /// <summary>Signs in at the old server.</summary>
    public static async Task<OldAccount> SignInAsync(MoveContext move, MoveRequest request, CancellationToken cancellationToken)
    {
        move.Tell(MoveStep.SignIn);
        var session = await SignInAsync(
            move.Old, request.Identifier, request.OldPassword, request.SignInCode, MovePause.OldSignInCode, cancellationToken);
        move.Did = Did.TryParse(session.TextOrNull("did"), out var did)
            ? did
            : throw new MoveException($"{move.Old.Name} does not say whose account it is");
        return new OldAccount(session.Text("handle"), session.TextOrNull("email"));
    }

    /// <summary>Makes the account at the new server, or signs in where an earlier run has made it.</summary>
    public static async Task ArriveAsync(MoveContext move, MoveRequest request, OldAccount old, CancellationToken cancellationToken)
    {
        move.Tell(MoveStep.Account);
        if (await IsKnownAsync(move, cancellationToken))
        {
            await ReturnAsync(move, request, cancellationToken);
            return;
        }

        var offer = await move.New.QueryAsync("com.atproto.server.describeServer", cancellationToken);
        if (offer.Flag("inviteCodeRequired") && string.IsNullOrEmpty(request.InviteCode))
        {
            throw new MoveException($"{move.New.Name} needs an invite code") { Method = CreateAccount, Error = "InvalidInviteCode" };
        }

        var proof = await move.Old.QueryAsync(
            "com.atproto.server.getServiceAuth", cancellationToken, ("aud", offer.Text("did")), ("lxm", CreateAccount));
        var input = new JsonObject
        {
            ["did"] = move.Did.Value,
            ["handle"] = request.Handle ?? await ChooseHandleAsync(move, old, offer, cancellationToken),
            ["email"] = request.Email ?? old.Email,
            ["password"] = request.NewPassword,
        };
        if (!string.IsNullOrEmpty(request.InviteCode))
        {
            input["inviteCode"] = request.InviteCode;
        }

        // The proof is good once: when the answer is lost, the next run finds the account.
        var made = await move.New.CallAsync(CreateAccount, input, cancellationToken, proof.Text("token"), mayRepeat: false);
        move.New.Tokens = TokensOf(made);
    }

    private static async Task ReturnAsync(MoveContext move, MoveRequest request, CancellationToken cancellationToken)
    {
        try
        {
            await SignInAsync(
                move.New, move.Did.Value, request.NewPassword, request.SignInCode, MovePause.NewSignInCode, cancellationToken);
        }
        catch (MoveException refusal) when (refusal.Error == "AuthenticationRequired")
        {
            throw new MoveException($"{move.New.Name} has an account of {move.Did} already, whose password is another than the new one", refusal)
            {
                Error = "NewPassword",
                Method = CreateSession,
            };
        }
    }

    /// <summary>Whether the new server has the account, in whatever state.</summary>
    private static async Task<bool> IsKnownAsync(MoveContext move, CancellationToken cancellationToken)
    {
        try
        {
            await move.New.QueryAsync("com.atproto.sync.getRepoStatus", cancellationToken, ("did", move.Did.Value));
            return true;
        }
        catch (MoveException refusal) when (refusal is { Error: not null, RetryAfter: null })
        {
            return false;
        }
    }

    // A domain of one's own comes along. What stands under the old server's domain belongs to that server: its name gets the new
    // server's domain.
    private static async Task<string> ChooseHandleAsync(
        MoveContext move, OldAccount old, JsonElement offer, CancellationToken cancellationToken)
    {
        var handle = old.Handle;
        var theirs = await move.Old.QueryAsync("com.atproto.server.describeServer", cancellationToken);
        var domain = theirs.Texts("availableUserDomains")
            .FirstOrDefault(domain => handle.EndsWith(domain, StringComparison.OrdinalIgnoreCase));
        return domain is null
            ? handle
            : string.Concat(handle.AsSpan(0, handle.Length - domain.Length), offer.Texts("availableUserDomains").FirstOrDefault() ?? domain);
    }

    private static async Task<JsonElement> SignInAsync(
        ServerClient server, string identifier, string password, string? code, MovePause pause, CancellationToken cancellationToken)
    {
        var input = new JsonObject { ["identifier"] = identifier, ["password"] = password, ["allowTakendown"] = true };
        if (!string.IsNullOrEmpty(code))
        {
            input["authFactorToken"] = code.Trim();
        }

        try
        {
            server.Tokens = null;
            var session = await server.CallAsync(CreateSession, input, cancellationToken);
            server.Tokens = TokensOf(session);
            return session;
        }
        catch (MoveException refusal) when (refusal.Error == "AuthFactorTokenRequired"
            || (!string.IsNullOrEmpty(code) && refusal.Error is "InvalidToken" or "ExpiredToken"))
        {
            throw new MovePausedException(pause, refusal.Error == "AuthFactorTokenRequired" ? null : refusal.Message);
        }
    }

    private static ServerTokens TokensOf(JsonElement session) => new(session.Text("accessJwt"), session.Text("refreshJwt"));
}
