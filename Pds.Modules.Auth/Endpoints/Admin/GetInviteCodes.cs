using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Auth.Invites;
using Pds.Modules.Auth.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Auth.Endpoints.Admin;

/// <summary>Lists everyone's invite codes, the latest or the most used first.</summary>
internal static class GetInviteCodes
{
    private const string Recent = "recent";
    private const string Usage = "usage";

    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapQuery("com.atproto.admin.getInviteCodes", HandleAsync)
        .RequireAuthorization(Access.Moderation);

    internal sealed record Output(string? Cursor, List<Invite> Codes);

    private static async Task<Output> HandleAsync(
        InviteStore invites, string? cursor, CancellationToken cancellationToken,
        string sort = Recent, [Range(1, 500)] int limit = 100)
    {
        var place = ReadCursor(cursor);
        var codes = sort switch
        {
            Recent => await invites.ListRecentAsync(
                place is var (at, last) ? (TimeOf(at), last) : null, limit, cancellationToken),
            Usage => await invites.ListByUsageAsync(
                place is var (uses, last) ? ((int)Math.Min(uses, int.MaxValue), last) : null, limit, cancellationToken),
            _ => throw XrpcErrors.InvalidRequest($"unknown sort method: {sort}"),
        };
        return new Output(codes.Count < limit ? null : CursorOf(codes[^1], sort), codes);
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

    private static string CursorOf(Invite last, string sort)
    {
        var primary = sort == Usage ? last.Uses.Length : (last.CreatedAt - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        return string.Create(CultureInfo.InvariantCulture, $"{primary}::{last.Code}");
    }

    // To the microsecond, as the database keeps it.
    private static DateTimeOffset TimeOf(long microseconds) =>
        microseconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds() * 1_000_000
            ? DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond)
            : throw XrpcErrors.InvalidRequest("Malformed cursor");
}
