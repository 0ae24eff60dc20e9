using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using AtProto;
using Pds.Modules.Repo.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Repo.Commits;

/// <summary>
/// Brings the pictures of a profile, where they are named in the form that blobs had before they had a type, into that of
/// today: apps put back what they have read, and some profiles are that old.
/// </summary>
internal sealed class LegacyPictures(SyncStore repos)
{
    private const string Profile = "app.bsky.actor.profile";

    private static readonly string[] Names = ["avatar", "banner"];

    /// <summary>The record with its pictures in their form of today; anything else as it is.</summary>
    /// <exception cref="XrpcException"><c>BlobNotFound</c>.</exception>
    public async ValueTask<JsonElement> RenewAsync(Did did, Nsid collection, JsonElement record, CancellationToken cancellationToken)
    {
        if (collection.Value != Profile || record.ValueKind != JsonValueKind.Object)
        {
            return record;
        }

        foreach (var name in Names)
        {
            if (Find(record, name) is var (picture, mimeType, cid))
            {
                var (_, blob) = await repos.FindBlobAsync(did, cid, cancellationToken);
                record = blob is { IsTakendown: false }
                    ? Replace(record, picture, mimeType, cid, blob.Size)
                    : throw XrpcErrors.BadRequest("BlobNotFound", $"Could not find blob: {cid}");
            }
        }

        return record;
    }

    private static (JsonElement Picture, JsonElement MimeType, Cid Cid)? Find(JsonElement record, string name)
    {
        try
        {
            return record.TryGetProperty(name, out var picture) && picture.ValueKind == JsonValueKind.Object
                && !picture.TryGetProperty("$type"u8, out _)
                && picture.TryGetProperty("mimeType"u8, out var mimeType) && mimeType.ValueKind == JsonValueKind.String
                && picture.TryGetProperty("cid"u8, out var cid) && cid.ValueKind == JsonValueKind.String
                && Cid.TryParse(cid.GetString(), out var parsed)
                    ? (picture, mimeType, parsed)
                    : null;
        }
        catch (InvalidOperationException)
        {
            // Half a character in a name or text, which is refused where the record is read.
            return null;
        }
    }

    // What is around it stays as it was written.
    private static JsonElement Replace(JsonElement record, JsonElement picture, JsonElement mimeType, Cid cid, long size)
    {
        var whole = JsonMarshal.GetRawUtf8Value(record);
        var part = JsonMarshal.GetRawUtf8Value(picture);
        whole.Overlaps(part, out var at);
        return JsonElement.Parse(
        [
            .. whole[..at],
            .. "{\"$type\":\"blob\",\"mimeType\":"u8,
            .. JsonMarshal.GetRawUtf8Value(mimeType),
            .. Encoding.ASCII.GetBytes($",\"ref\":{{\"$link\":\"{cid}\"}},\"size\":{size}}}"),
            .. whole[(at + part.Length)..],
        ]);
    }
}
