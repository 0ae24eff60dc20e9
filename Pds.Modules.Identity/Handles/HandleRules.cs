using System.Collections.Frozen;
using AtProto;
using Pds.Modules.Identity.Resolution;
using Pds.Modules.Identity.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Identity.Handles;

/// <summary>Decides which handles an account here may take.</summary>
public sealed class HandleRules(
    HandleDomains domains, HandleResolver resolver, IdentityStore identities, SlurFilter slurs, ServiceOptions service)
{
    private const int ShortestName = 3;
    private const int LongestName = 18;

    private static readonly FrozenSet<string> Reserved = WordList.Read("reserved.txt").ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The handle in lower case, if the account may have it; refuses otherwise.</summary>
    /// <param name="text">As typed.</param>
    /// <param name="did">Whose it shall be; null for an account whose DID is yet to be made.</param>
    /// <param name="allowsAnyWord">Whether reserved and offensive names are fine: for the administrator.</param>
    public async Task<Handle> CheckAsync(
        string text, Did? did, CancellationToken cancellationToken, bool allowsAnyWord = false)
    {
        var handle = Normalize(text, allowsAnyWord);
        if (domains.SuffixOf(handle) is { } suffix)
        {
            CheckName(handle.Value[..^suffix.Length], allowsAnyWord);
        }
        else if (did is null)
        {
            throw XrpcErrors.BadRequest("UnsupportedDomain", "Not a supported handle domain");
        }
        else if (await resolver.ResolveAsync(handle, cancellationToken) != did)
        {
            throw XrpcErrors.InvalidRequest("External handle did not resolve to DID");
        }

        if (await identities.FindAsync(handle, cancellationToken) is { } holder && holder.Did != did)
        {
            throw Taken(handle);
        }

        return handle;
    }

    public static XrpcException Taken(Handle handle) => XrpcErrors.HandleNotAvailable($"Handle already taken: {handle}");

    private Handle Normalize(string text, bool allowsAnyWord)
    {
        if (!Handle.TryParse(text, out var handle))
        {
            throw XrpcErrors.InvalidHandle("Input/handle must be a valid handle");
        }

        var isForDevelopment = HandleDomain.IsForDevelopment(handle) && !service.DevMode && domains.SuffixOf(handle) is null;
        if (HandleDomain.IsDisallowed(handle) || isForDevelopment)
        {
            throw XrpcErrors.InvalidHandle("Handle TLD is invalid or disallowed");
        }

        return allowsAnyWord || !slurs.Contains(handle.Value)
            ? handle
            : throw XrpcErrors.InvalidHandle("Inappropriate language in handle");
    }

    private static void CheckName(string name, bool allowsAnyWord)
    {
        if (name.Contains('.', StringComparison.Ordinal))
        {
            throw XrpcErrors.InvalidHandle("Invalid characters in handle");
        }

        if (name.Length < ShortestName)
        {
            throw XrpcErrors.InvalidHandle("Handle too short");
        }

        if (name.Length > LongestName)
        {
            throw XrpcErrors.InvalidHandle("Handle too long");
        }

        if (!allowsAnyWord && Reserved.Contains(name))
        {
            throw XrpcErrors.HandleNotAvailable("Reserved handle");
        }
    }
}
