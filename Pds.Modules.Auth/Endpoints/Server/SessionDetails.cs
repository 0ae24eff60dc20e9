using System.Text.Json;
using AtProto;
using Microsoft.Extensions.Logging;
using Pds.Contracts.Identity;
using Wolverine;

namespace Pds.Modules.Auth.Endpoints.Server;

/// <summary>What the answers about a session tell of the account's identity.</summary>
internal sealed partial class SessionDetails(AuthOptions options, ILogger<SessionDetails> logger)
{
    /// <summary>The handle, or the placeholder for none.</summary>
    public static async Task<Handle> GetHandleAsync(IMessageBus bus, Did did, CancellationToken cancellationToken) =>
        (await bus.InvokeAsync<LocalIdentity?>(new GetIdentity(did), cancellationToken))?.Handle ?? Handle.Invalid;

    /// <summary>The DID document, where sessions come with it.</summary>
    public Task<JsonElement?> GetDidDocAsync(IMessageBus bus, Did did, CancellationToken cancellationToken) =>
        options.DidDocWithSession
            ? TryResolveAsync(bus, new ResolveDidDocument(did), cancellationToken)
            : Task.FromResult<JsonElement?>(null);

    /// <summary>The DID document of an account that was just made.</summary>
    public Task<JsonElement?> GetNewDidDocAsync(IMessageBus bus, Did did, CancellationToken cancellationToken) =>
        TryResolveAsync(bus, new ResolveDidDocument(did, Fresh: true), cancellationToken);

    // No session fails for want of the document.
    private async Task<JsonElement?> TryResolveAsync(
        IMessageBus bus, ResolveDidDocument question, CancellationToken cancellationToken)
    {
        try
        {
            var resolved = await bus.InvokeAsync<ResolvedDid?>(question, cancellationToken);
            return resolved is null ? null : JsonElement.Parse(resolved.Json.Span);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            Log.NoDidDoc(logger, failure, question.Did);
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The DID document of {Did} could not be had")]
        public static partial void NoDidDoc(ILogger logger, Exception failure, Did did);
    }
}
