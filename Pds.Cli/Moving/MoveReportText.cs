using Pds.Modules.Moving.Engine;
using Spectre.Console;

namespace Pds.Cli.Moving;

/// <summary>What a person reads of a move.</summary>
internal static class MoveReportText
{
    private const int LostShown = 50;

    public static void Write(IAnsiConsole console, MoveReport report)
    {
        var table = new Table { Border = TableBorder.Simple }.AddColumns("Moved", "", "Checked");
        table.AddRow("account", $"{report.Did}", report.NewIsActive ? "active at the new server" : "not active");
        table.AddRow("records", $"{report.Records}", report.RecordsAreEqual == true ? "both servers have the same" : "differ from the old server's");
        table.AddRow("files", $"{report.Blobs}, {report.BlobBytes} bytes", report.LostBlobs.Count == 0 ? "each is what its record names" : $"{report.LostBlobs.Count} lost");
        table.AddRow("preferences", "", report.PreferencesAreEqual switch
        {
            true => "both servers have the same",
            false => "differ from the old server's",
            null => "not kept by both servers",
        });
        table.AddRow("identity", report.Handle ?? "", report.IdentityIsHere ? "names the new server and its key" : "does not name the new server");
        foreach (var key in report.OwnRotationKeys)
        {
            table.AddRow("your own key", Markup.Escape(key), "still in your identity");
        }

        table.AddRow("old account", "", report.OldIsActive ? "still active" : "deactivated");
        console.Write(table);
        WriteLost(console, report.LostBlobs);
        foreach (var problem in report.Problems)
        {
            console.MarkupLineInterpolated($"[red]{problem}[/]");
        }
    }

    public static void WriteLost(IAnsiConsole console, IReadOnlyList<LostBlob> lost)
    {
        foreach (var blob in lost.Take(LostShown))
        {
            console.MarkupLineInterpolated($"[yellow]{blob.Cid}: {blob.Reason}[/]");
        }

        if (lost.Count > LostShown)
        {
            console.WriteLine($"… and {lost.Count - LostShown} more");
        }
    }

    public static void WriteDocument(IAnsiConsole console, WantedDocument document)
    {
        console.WriteLine("Your identity is a document that you keep yourself. Let it say, and leave the rest as it is:");
        console.WriteLine($"  alsoKnownAs: the first entry is {document.AlsoKnownAs}");
        console.WriteLine($"  verificationMethod #atproto, type Multikey: publicKeyMultibase is {document.PublicKeyMultibase}");
        console.WriteLine($"  service #atproto_pds, type AtprotoPersonalDataServer: serviceEndpoint is {document.ServiceEndpoint}");
    }
}
