using System.Text.Json;
using System.Text.Json.Nodes;
using Pds.Modules.Moving.Engine;

namespace Pds.Cli.Moving;

/// <summary>What a script reads of a move.</summary>
internal static class MoveReportJson
{
    public static JsonObject Of(MoveOutcome outcome)
    {
        var json = new JsonObject { ["moved"] = outcome.Pause is null && outcome.Report.Problems.Count == 0 };
        if (outcome.Pause is { } pause)
        {
            json["waitsFor"] = JsonNamingPolicy.CamelCase.ConvertName(pause.ToString());
            json["option"] = OptionOf(pause);
            json["problem"] = outcome.Problem;
        }

        if (outcome.Document is { } document)
        {
            json["document"] = new JsonObject
            {
                ["alsoKnownAs"] = document.AlsoKnownAs,
                ["publicKeyMultibase"] = document.PublicKeyMultibase,
                ["serviceEndpoint"] = document.ServiceEndpoint,
            };
        }

        json["report"] = Of(outcome.Report);
        return json;
    }

    // Null where the same options will do.
    private static string? OptionOf(MovePause pause) => pause switch
    {
        MovePause.OldSignInCode or MovePause.NewSignInCode => "--sign-in-code",
        MovePause.PlcToken => "--plc-token",
        MovePause.LostBlobs => "--without-lost-blobs",
        _ => null,
    };

    private static JsonObject Of(MoveReport report) => new()
    {
        ["did"] = report.Did?.Value,
        ["handle"] = report.Handle,
        ["records"] = report.Records,
        ["recordsAreEqual"] = report.RecordsAreEqual,
        ["blobs"] = report.Blobs,
        ["blobBytes"] = report.BlobBytes,
        ["lostBlobs"] = new JsonArray([.. report.LostBlobs.Select(blob => (JsonNode)new JsonObject
        {
            ["cid"] = blob.Cid.ToString(), ["reason"] = blob.Reason,
        })]),
        ["preferencesAreEqual"] = report.PreferencesAreEqual,
        ["identityIsHere"] = report.IdentityIsHere,
        ["ownRotationKeys"] = Array(report.OwnRotationKeys),
        ["newIsActive"] = report.NewIsActive,
        ["oldIsActive"] = report.OldIsActive,
        ["problems"] = Array(report.Problems),
    };

    private static JsonArray Array(IReadOnlyList<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);
}
