using AtProto.Cbor;
using AtProto.Repo;

namespace AtProto.Stream;

/// <summary>
/// Decodes the frames of <c>com.atproto.sync.subscribeRepos</c> strictly: two canonical values, every required field of the
/// right type. Unknown fields are passed over. Source: atproto specification, "Event Stream", "Sync".
/// </summary>
public static class FrameDecoder
{
    /// <summary>The greatest frame, in bytes.</summary>
    public const int MaxBytes = 5_000_000;

    /// <summary>Decodes a frame.</summary>
    /// <param name="frame">One WebSocket message.</param>
    /// <returns>Null when it is of a kind that is not known, which a reader passes over.</returns>
    /// <exception cref="FormatException">It is no frame, or a known one that is wrong.</exception>
    public static StreamMessage? Decode(ReadOnlySpan<byte> frame)
    {
        if (frame.Length > MaxBytes)
        {
            throw new CborException($"A frame has {frame.Length} bytes; at most {MaxBytes} are allowed.");
        }

        var reader = new CborReader(frame);
        var header = reader.Skip();
        var body = frame[reader.Position..];
        CborValidator.Validate(header);
        CborValidator.Validate(body);

        var (op, type) = ReadHeader(header);
        var fields = ReadFields(body);
        return (op, type) switch
        {
            (-1, _) => new ErrorMessage(fields.Error ?? throw Missing("error"), fields.Message),
            (1, "#commit") => fields.ToCommit(),
            (1, "#sync") => fields.ToSync(),
            (1, "#identity") => new IdentityMessage(fields.RequireSeq(), fields.RequireDid(), fields.Handle, fields.RequireTime()),
            (1, "#account") => fields.ToAccount(),
            (1, "#info") => new InfoMessage(fields.Name ?? throw Missing("name"), fields.Message),
            (1, not null) => null,
            _ => throw new CborException("A frame has a header without a known operation or without a type."),
        };
    }

    private static (long Op, string? Type) ReadHeader(ReadOnlySpan<byte> header)
    {
        var (op, type) = (0L, default(string));
        var reader = new CborReader(header);
        for (var count = reader.ReadMapHeader(); count > 0; count--)
        {
            switch (reader.ReadText())
            {
                case "op":
                    op = reader.ReadInt64();
                    break;
                case "t":
                    type = reader.ReadText();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return (op, type);
    }

    // The names mean the same in all kinds of event, so that one pass reads any of them.
    private static Fields ReadFields(ReadOnlySpan<byte> body)
    {
        var fields = new Fields();
        var reader = new CborReader(body);
        for (var count = reader.ReadMapHeader(); count > 0; count--)
        {
            switch (reader.ReadText())
            {
                case "seq":
                    fields.Seq = reader.ReadInt64();
                    break;
                case "did" or "repo":
                    fields.Did = Did.Parse(reader.ReadText());
                    break;
                case "time":
                    fields.Time = reader.ReadText();
                    break;
                case "rev":
                    fields.Rev = Tid.Parse(reader.ReadText());
                    break;
                case "since":
                    fields.HasSince = true;
                    fields.Since = reader.TryReadNull() ? null : Tid.Parse(reader.ReadText());
                    break;
                case "commit":
                    fields.Commit = reader.ReadCid();
                    break;
                case "prevData":
                    fields.PrevData = reader.TryReadNull() ? null : reader.ReadCid();
                    break;
                case "blocks":
                    fields.Blocks = reader.ReadBytes().ToArray();
                    break;
                case "ops":
                    fields.Operations = ReadOperations(ref reader);
                    break;
                case "tooBig":
                    fields.TooBig = reader.ReadBoolean();
                    break;
                case "active":
                    fields.Active = reader.ReadBoolean();
                    break;
                case "status":
                    fields.Status = reader.ReadText();
                    break;
                case "handle":
                    fields.Handle = AtProto.Handle.Parse(reader.ReadText());
                    break;
                case "name":
                    fields.Name = reader.ReadText();
                    break;
                case "error":
                    fields.Error = reader.ReadText();
                    break;
                case "message":
                    fields.Message = reader.ReadText();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return fields;
    }

    private static CommitOperation[] ReadOperations(ref CborReader reader)
    {
        var count = reader.ReadArrayHeader();
        if (count > EventFrame.MaxOperations)
        {
            throw reader.Fail($"at most {EventFrame.MaxOperations} operations");
        }

        var operations = new CommitOperation[count];
        for (var i = 0; i < operations.Length; i++)
        {
            operations[i] = ReadOperation(ref reader);
        }

        return operations;
    }

    private static CommitOperation ReadOperation(ref CborReader reader)
    {
        var (action, path) = (default(OperationAction?), default(string));
        var (cid, prev) = (default(Cid?), default(Cid?));
        for (var count = reader.ReadMapHeader(); count > 0; count--)
        {
            switch (reader.ReadText())
            {
                case "action":
                    action = reader.ReadText() switch
                    {
                        "create" => OperationAction.Create,
                        "update" => OperationAction.Update,
                        "delete" => OperationAction.Delete,
                        _ => throw reader.Fail("an action"),
                    };
                    break;
                case "path":
                    path = reader.ReadText();
                    break;
                case "cid":
                    cid = reader.TryReadNull() ? null : reader.ReadCid();
                    break;
                case "prev":
                    prev = reader.TryReadNull() ? null : reader.ReadCid();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new CommitOperation(action ?? throw Missing("action"), path ?? throw Missing("path"), cid, prev);
    }

    private static CborException Missing(string field) => new($"A frame lacks the field {field}");

    private sealed class Fields
    {
        public long? Seq { get; set; }

        public Did? Did { get; set; }

        public string? Time { get; set; }

        public Tid? Rev { get; set; }

        public bool HasSince { get; set; }

        public Tid? Since { get; set; }

        public Cid? Commit { get; set; }

        public Cid? PrevData { get; set; }

        public byte[]? Blocks { get; set; }

        public CommitOperation[]? Operations { get; set; }

        public bool? TooBig { get; set; }

        public bool? Active { get; set; }

        public string? Status { get; set; }

        public Handle? Handle { get; set; }

        public string? Name { get; set; }

        public string? Error { get; set; }

        public string? Message { get; set; }

        public long RequireSeq() => Seq ?? throw Missing("seq");

        public Did RequireDid() => Did ?? throw Missing("did");

        public string RequireTime() => Time ?? throw Missing("time");

        public CommitMessage ToCommit() => new(
            RequireSeq(),
            RequireDid(),
            Commit ?? throw Missing("commit"),
            Rev ?? throw Missing("rev"),
            HasSince ? Since : throw Missing("since"),
            PrevData,
            Operations ?? throw Missing("ops"),
            Blocks ?? throw Missing("blocks"),
            TooBig ?? throw Missing("tooBig"),
            RequireTime());

        public SyncMessage ToSync() => new(
            RequireSeq(), RequireDid(), Rev ?? throw Missing("rev"), Blocks ?? throw Missing("blocks"), RequireTime());

        public AccountMessage ToAccount() => new(
            RequireSeq(), RequireDid(), Active ?? throw Missing("active"), Status, RequireTime());
    }
}
