using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using AtProto;
using Microsoft.Extensions.Logging;
using Pds.Modules.Auth.Accounts;
using Pds.Xrpc;
using Pds.Xrpc.Outgoing;

namespace Pds.Modules.Auth.RobotChecks;

/// <summary>Asks the operator's own service whether an account may be made.</summary>
internal sealed partial class SignUpHook(RobotCheckOptions options, OutgoingHttp http, ILogger<SignUpHook> logger)
{
    private const int MaxMessageLength = 300;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>Goes on where nobody is to be asked.</summary>
    /// <param name="email">In lower case.</param>
    /// <exception cref="XrpcException">
    /// <c>InvalidRequest</c> with the service's words; or <c>UpstreamFailure</c> where it did not answer as it should.
    /// </exception>
    public async Task AskAsync(AccountRequest request, Handle handle, string email, CancellationToken cancellationToken)
    {
        if (options.HookUrl is not { } url)
        {
            return;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Timeout);
        try
        {
            using var message = new HttpRequestMessage(HttpMethod.Post, url)
            {
                Content = JsonContent.Create(
                    new Question(handle.Value, email, request.Did?.Value, request.InviteCode, request.Address, request.UserAgent),
                    RobotCheckJson.Default.Question),
            };
            if (options.HookSecret is { } secret)
            {
                message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);
            }

            using var response = await http.Configured.SendAsync(message, limit.Token);
            if (response.StatusCode is >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError)
            {
                throw XrpcErrors.InvalidRequest(await ReadMessageAsync(response, limit.Token));
            }

            response.EnsureSuccessStatusCode();
        }
        catch (Exception failure) when (failure is HttpRequestException
            || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            Log.Unreachable(logger, url.Host, failure.Message);
            throw XrpcErrors.UpstreamFailure("Sign-ups cannot be checked just now, please try again");
        }
    }

    private static async Task<string> ReadMessageAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        const string Otherwise = "This account cannot be made here";
        try
        {
            using var json = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken));
            return json.RootElement is { ValueKind: JsonValueKind.Object } answer
                && answer.TryGetProperty("message", out var text) && text.ValueKind == JsonValueKind.String
                && text.GetString() is { Length: > 0 and <= MaxMessageLength } message
                ? message
                : Otherwise;
        }
        catch (JsonException)
        {
            return Otherwise;
        }
    }

    /// <summary>What the service is told.</summary>
    /// <param name="Did">Brought along from another server; absent for a new one.</param>
    internal sealed record Question(
        string Handle, string Email, string? Did, string? InviteCode, string Address, string UserAgent);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "Nobody can sign up: {Host} does not say whether they may: {Reason}")]
        public static partial void Unreachable(ILogger logger, string host, string reason);
    }
}
