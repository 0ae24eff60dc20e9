using System.CommandLine;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Pds.Cli.Commands;
using Pds.Web;
using Pds.Xrpc;
using Spectre.Console;

namespace Pds.Cli.Doctor;

/// <summary><c>pds doctor</c>: says what is wrong with a server and its surroundings, and how to mend it.</summary>
internal static class DoctorCommand
{
    public static Command Create(Terminal terminal)
    {
        var mail = new Option<string?>("--send-to") { Description = "Send a mail there.", HelpName = "EMAIL" };
        var connect = new Option<string?>("--connect") { Description = "Look for the server there, whatever DNS says.", HelpName = "HOST:PORT" };
        var nameserver = new Option<string?>("--nameserver") { Description = "Ask this name server, such as 1.1.1.1, for what the world sees.", HelpName = "ADDRESS" };
        var authority = new Option<FileInfo?>("--ca") { Description = "A certificate authority to trust beside the system's.", HelpName = "FILE" };
        return new Command("doctor", "Looks at everything that a server needs, and says how to mend what is wrong.") { mail, connect, nameserver, authority }
            .Runs(terminal, async (parsed, cancellationToken) =>
            {
                using var trusted = parsed.GetValue(authority) is { } file ? X509CertificateLoader.LoadCertificateFromFile(file.FullName) : null;
                var (parts, problems) = PutTogether(parsed);
                await using var patient = new Patient(
                    parts?.Configuration ?? CommandSettings.Read(parsed), parts, ReadEndPoint(parsed.GetValue(connect)),
                    ReadNameserver(parsed.GetValue(nameserver)), trusted, parsed.GetValue(mail));
                var findings = await Consultation.HoldAsync(patient, problems, cancellationToken);
                terminal.Answer(parsed, ToJson(findings), to => Write(to, findings));
                return findings.Exists(finding => finding.Symptom.Verdict == Verdict.Fail) ? 1 : 0;
            });
    }

    private static (WebApplication? Parts, IReadOnlyList<string> Problems) PutTogether(ParseResult parsed)
    {
        try
        {
            return (PdsApplication.Create(["--LOG_LEVEL=silent", .. CommandSettings.Arguments(parsed)]), []);
        }
        catch (OptionsException failure)
        {
            return (null, failure.Problems);
        }
        catch (Exception failure) when (failure is InvalidOperationException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            return (null, [failure.Message]);
        }
    }

    private static DnsEndPoint? ReadEndPoint(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var at = text.LastIndexOf(':');
        return at > 0 && ushort.TryParse(text.AsSpan(at + 1), out var port)
            ? new DnsEndPoint(text[..at].Trim('[', ']'), port)
            : throw new CommandFailure("--connect takes HOST:PORT.");
    }

    private static IPEndPoint? ReadNameserver(string? text) => text is null ? null
        : IPEndPoint.TryParse(text, out var server) ? new IPEndPoint(server.Address, server.Port == 0 ? 53 : server.Port)
        : throw new CommandFailure("--nameserver takes the address of a name server.");

    private static JsonArray ToJson(List<(string Name, Symptom Symptom)> findings) => new([.. findings.Select(finding => (JsonNode)new JsonObject
    {
        ["check"] = finding.Name, ["status"] = NameOf(finding.Symptom.Verdict), ["text"] = finding.Symptom.Text, ["mend"] = finding.Symptom.Cure,
    })]);

    private static string NameOf(Verdict verdict) => verdict switch
    {
        Verdict.Ok => "ok",
        Verdict.Warn => "warn",
        _ => "fail",
    };

    private static void Write(Terminal terminal, List<(string Name, Symptom Symptom)> findings)
    {
        foreach (var (name, symptom) in findings)
        {
            var color = symptom.Verdict switch { Verdict.Ok => Color.Green, Verdict.Warn => Color.Yellow, _ => Color.Red };
            terminal.Console.Write(new Text($"{NameOf(symptom.Verdict),-4} ", new Style(color)));
            terminal.Say($"{name,-9} {symptom.Text}");
            if (symptom.Cure is { } cure)
            {
                terminal.Say($"     {"",-9} {cure}");
            }
        }

        var (fails, warns) = (findings.Count(finding => finding.Symptom.Verdict == Verdict.Fail), findings.Count(finding => finding.Symptom.Verdict == Verdict.Warn));
        terminal.Say(fails + warns == 0 ? "All is well." : $"{fails} failures, {warns} warnings.");
    }
}
