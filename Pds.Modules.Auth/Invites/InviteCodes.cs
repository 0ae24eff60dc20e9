using System.Globalization;
using AtProto;
using Pds.Contracts.Auth;
using Pds.Modules.Auth.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Auth.Invites;

/// <summary>Makes invite codes, lists them and lets them be used no more: for the methods of the protocol and the console alike.</summary>
public sealed class InviteCodes
{
    private const int MostAtOnce = 10_000;

    private readonly InviteStore _store;
    private readonly ServiceOptions _service;

    internal InviteCodes(InviteStore store, ServiceOptions service) => (_store, _service) = (store, service);

    /// <summary>Makes as many codes for each owner.</summary>
    /// <returns>The codes, beside whose they are.</returns>
    internal async Task<(string Owner, string[] Codes)[]> CreateAsync(
        int count, int uses, string[] owners, CancellationToken cancellationToken)
    {
        if (count < 0 || (long)count * owners.Length > MostAtOnce)
        {
            throw XrpcErrors.InvalidRequest($"Between 0 and {MostAtOnce} codes can be made at once");
        }

        var made = Array.ConvertAll(
            owners, owner => (Owner: owner, Codes: Enumerable.Range(0, count).Select(_ => InviteCode.Create(_service.Hostname)).ToArray()));
        await _store.AddAsync(
            [.. made.SelectMany(owner => owner.Codes)], [.. made.SelectMany(owner => owner.Codes.Select(_ => owner.Owner))], uses,
            cancellationToken);
        return made;
    }

    internal Task DisableAsync(string[] codes, string[] owners, CancellationToken cancellationToken) =>
        owners.Contains(Invite.Admin)
            ? throw XrpcErrors.InvalidRequest("cannot disable admin invite codes")
            : _store.DisableAsync(codes, owners, cancellationToken);

    internal Task SetAccountAsync(SetAccountInvites command, CancellationToken cancellationToken) =>
        _store.SetAccountAsync(command.Did, command.IsDisabled, command.Note, cancellationToken);

    internal Task<List<Invite>> ListAsync(Did owner, CancellationToken cancellationToken) => _store.ListAsync(owner, cancellationToken);

    /// <summary>A page of codes, and the cursor of the next; null where the page is not full.</summary>
    /// <param name="isByUsage">The most used first, instead of the latest.</param>
    internal async Task<(List<Invite> Codes, string? Next)> ListAsync(
        bool isByUsage, string? cursor, int limit, CancellationToken cancellationToken)
    {
        var place = ReadCursor(cursor);
        var codes = isByUsage
            ? await _store.ListByUsageAsync(
                place is var (uses, used) ? ((int)Math.Min(uses, int.MaxValue), used) : null, limit, cancellationToken)
            : await _store.ListRecentAsync(place is var (at, last) ? (TimeOf(at), last) : null, limit, cancellationToken);
        return (codes, codes.Count < limit ? null : CursorOf(codes[^1], isByUsage));
    }

    private static (long Primary, string Code)? ReadCursor(string? cursor)
    {
        if (cursor is null)
        {
            return null;
        }

        var at = cursor.IndexOf("::", StringComparison.Ordinal);
        return at > 0 && long.TryParse(cursor.AsSpan(0, at), NumberStyles.None, CultureInfo.InvariantCulture, out var primary)
            ? (primary, cursor[(at + 2)..])
            : throw XrpcErrors.InvalidRequest("Malformed cursor");
    }

    private static string CursorOf(Invite last, bool isByUsage)
    {
        var primary = isByUsage ? last.Uses.Length : (last.CreatedAt - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        return string.Create(CultureInfo.InvariantCulture, $"{primary}::{last.Code}");
    }

    // To the microsecond, as the database keeps it.
    private static DateTimeOffset TimeOf(long microseconds) =>
        microseconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds() * 1_000_000
            ? DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond)
            : throw XrpcErrors.InvalidRequest("Malformed cursor");
}
