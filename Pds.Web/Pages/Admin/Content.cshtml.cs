using System.Globalization;
using AtProto;
using Microsoft.AspNetCore.Mvc;
using Pds.Contracts.Identity;
using Pds.Contracts.Repo;

namespace Pds.Web.Pages.Admin;

/// <summary>Takes single records and blobs down.</summary>
public sealed class ContentModel(TimeProvider time) : ConsolePage
{
    private const string UpdateSubjectStatus = "com.atproto.admin.updateSubjectStatus";

    private (Did Did, Nsid Collection, RecordKey Rkey)? _record;
    private (Did Did, Cid Cid)? _blob;

    [FromQuery(Name = "uri")]
    public string? Uri { get; set; }

    [FromQuery(Name = "did")]
    public string? Owner { get; set; }

    [FromQuery(Name = "cid")]
    public string? BlobCid { get; set; }

    public bool IsRecord => _record is not null;

    /// <summary>What is looked for, as the audit log calls it; null when nothing is.</summary>
    public string? Name { get; private set; }

    /// <summary>Whose it is.</summary>
    public string? Account { get; private set; }

    /// <summary>Null when there is none.</summary>
    public TakedownState? State { get; private set; }

    public Task OnGetAsync() => FindAsync();

    public Task<IActionResult> OnPostTakeDownAsync(string? reference)
    {
        var name = Given(reference) ?? time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        return SetAsync(name, $"takedown applied {name}", "It is taken down.");
    }

    public Task<IActionResult> OnPostRestoreAsync() => SetAsync(null, "takedown reversed", "It can be seen again.");

    private async Task<IActionResult> SetAsync(string? reference, string detail, string done)
    {
        await FindAsync();
        if (State is null)
        {
            return Page();
        }

        return await ActAsync(UpdateSubjectStatus, Name, detail, "", () => _record is var (did, collection, rkey)
            ? Bus.InvokeAsync(new SetRecordTakedown(did, collection, rkey, reference), Aborted)
            : Bus.InvokeAsync(new SetBlobTakedown(_blob!.Value.Did, _blob.Value.Cid, reference), Aborted))
            ? SeeOther(ActionOf(), done)
            : Page();
    }

    private async Task FindAsync()
    {
        if (Given(Uri) is { } text)
        {
            if (await ReadAsync(text) is not var (did, collection, rkey))
            {
                Refuse("uri", "This is not the address of a record.");
                return;
            }

            _record = (did, collection, rkey);
            (Name, Account) = (new AtUri(did, collection, rkey).Value, did.Value);
            State = await Bus.InvokeAsync<TakedownState?>(new GetRecordTakedown(did, collection, rkey), Aborted);
        }
        else if (Given(Owner) is not null || Given(BlobCid) is not null)
        {
            if (!Did.TryParse(Given(Owner), out var did))
            {
                Refuse("did", "This is not a DID.");
            }
            else if (!Cid.TryParse(Given(BlobCid), out var cid))
            {
                Refuse("cid", "This is not a CID.");
            }
            else
            {
                _blob = (did, cid);
                (Name, Account) = ($"{did}/{cid}", did.Value);
                State = await Bus.InvokeAsync<TakedownState?>(new GetBlobTakedown(did, cid), Aborted);
            }
        }
    }

    // People copy addresses with handles in them.
    private async Task<(Did, Nsid, RecordKey)?> ReadAsync(string text)
    {
        if (!AtUri.TryParse(text, out var uri) || uri is not { Collection: { } collection, Rkey: { } rkey })
        {
            return null;
        }

        var did = uri.Authority.Did
            ?? (await Bus.InvokeAsync<LocalIdentity?>(new FindIdentity(uri.Authority.Handle!.Value), Aborted))?.Did;
        return did is { } owner ? (owner, collection, rkey) : null;
    }
}
