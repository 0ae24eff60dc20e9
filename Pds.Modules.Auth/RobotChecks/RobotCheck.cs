using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Pds.Modules.Auth.Accounts;
using Pds.Xrpc;
using Pds.Xrpc.Outgoing;

namespace Pds.Modules.Auth.RobotChecks;

/// <summary>Has the proof verified that a person makes an account: what hCaptcha or Turnstile gave the browser.</summary>
internal sealed partial class RobotCheck(RobotCheckOptions options, OutgoingHttp http, ILogger<RobotCheck> logger)
{
    private const int MaxProofLength = 16 * 1024;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <exception cref="XrpcException"><c>InvalidRequest</c>; or <c>UpstreamFailure</c> where who verifies did not answer.</exception>
    public async Task RequireAsync(AccountRequest request, CancellationToken cancellationToken)
    {
        if (!options.IsProofNeeded)
        {
            return;
        }

        if (request.Proof is not { Length: > 0 and <= MaxProofLength } proof)
        {
            throw XrpcErrors.InvalidRequest("Verification is required: verificationCode must be what the captcha gave");
        }

        var (url, form) = options.HasHCaptcha
            ? (options.HCaptchaVerifyUrl, HCaptchaForm(request, proof))
            : (options.TurnstileVerifyUrl, TurnstileForm(request, proof));
        if (!await IsGoodAsync(url, form, cancellationToken))
        {
            throw XrpcErrors.InvalidRequest("Verification failed, please try again");
        }
    }

    // As the reference asks, so that what an operator has set up there goes on to work.
    private Dictionary<string, string> HCaptchaForm(AccountRequest request, string proof) => new()
    {
        ["secret"] = options.HCaptchaSecretKey!,
        ["sitekey"] = options.HCaptchaSiteKey!,
        ["behavior_type"] = "signup",
        ["response"] = proof,
        ["remoteip"] = request.Address,
        ["client_tokens"] = JsonSerializer.Serialize(
            new ClientTokens(Hash(request.Address), Hash(request.Handle), Hash(request.UserAgent)), RobotCheckJson.Default.ClientTokens),
    };

    private Dictionary<string, string> TurnstileForm(AccountRequest request, string proof) => new()
    {
        ["secret"] = options.TurnstileSecretKey!,
        ["response"] = proof,
        ["remoteip"] = request.Address,
    };

    private string Hash(string text) =>
        Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(options.HCaptchaTokenSalt + text)));

    private async Task<bool> IsGoodAsync(Uri url, Dictionary<string, string> form, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Timeout);
        try
        {
            using var content = new FormUrlEncodedContent(form);
            using var response = await http.Configured.PostAsync(url, content, limit.Token);
            response.EnsureSuccessStatusCode();
            using var answer = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(limit.Token));
            return answer.RootElement.TryGetProperty("success", out var success) && success.ValueKind == JsonValueKind.True;
        }
        catch (Exception failure) when (failure is HttpRequestException or JsonException or InvalidOperationException
            || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            Log.Unreachable(logger, url.Host, failure.Message);
            throw XrpcErrors.UpstreamFailure("The verification service did not answer, please try again");
        }
    }

    /// <summary>What hCaptcha is told of a person, as hashes.</summary>
    internal sealed record ClientTokens(string HashedIp, string HashedHandle, string HashedUserAgent);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "Nobody can sign up: {Host} does not verify: {Reason}")]
        public static partial void Unreachable(ILogger logger, string host, string reason);
    }
}
