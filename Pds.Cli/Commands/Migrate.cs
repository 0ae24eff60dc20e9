using System.CommandLine;
using System.CommandLine.Parsing;
using AtProto.Crypto;
using Pds.Cli.Moving;

namespace Pds.Cli.Commands;

/// <summary><c>pds migrate WHO --to URL</c>: moves an account from one server to another, whoever runs them.</summary>
internal static class Migrate
{
    public static Command Create(Terminal terminal)
    {
        var who = new Argument<string>("WHO") { Description = "The account: its handle, its DID, or its e-mail address at the old server." };
        var to = new Option<Uri>("--to") { CustomParser = ParseAddress, Description = "The address of the new server.", Required = true };
        var from = new Option<Uri>("--from") { CustomParser = ParseAddress, Description = "The address of the old server; found by the handle or the DID when left out." };
        var handle = new Option<string>("--handle") { Description = "The handle at the new server. Without it a domain of your own comes along, and a name under the old server's domain becomes one under the new server's." };
        var email = new Option<string>("--email") { Description = "The e-mail address at the new server; that at the old one when left out." };
        var invite = new Option<string>("--invite") { Description = "An invite code, where the new server wants one." };
        var oldPassword = new Option<FileInfo>("--old-password-file") { Description = "A file with the password at the old server; asked for when left out." };
        var newPassword = new Option<FileInfo>("--new-password-file") { Description = "A file with the password at the new server; asked for when left out." };
        var signInCode = new Option<string>("--sign-in-code") { Description = "A code that a server asks for beside the password." };
        var plcToken = new Option<string>("--plc-token") { Description = "The code that the old server has mailed to confirm the change of your identity." };
        var recoveryKey = new Option<FileInfo>("--recovery-key-file") { Description = "A file with a rotation key of your own, 64 hexadecimal digits, which signs the change of your identity instead." };
        var curve = new Option<KeyCurve>("--recovery-key-curve") { Description = "Its curve.", DefaultValueFactory = _ => KeyCurve.K256 };
        var plc = new Option<Uri>("--plc") { CustomParser = ParseAddress, Description = "The PLC directory.", DefaultValueFactory = _ => new Uri("https://plc.directory") };
        var withoutLost = new Option<bool>("--without-lost-blobs") { Description = "Go on though the old server no longer gives out some files." };
        var leaveOld = new Option<bool>("--leave-old-active") { Description = "Do not deactivate the account at the old server." };
        var command = new Command(
            "migrate", "Moves an account to another server: records, files, preferences, identity. Run it again if it was cut: it goes on where it was.")
        {
            who, to, from, handle, email, invite, oldPassword, newPassword, signInCode, plcToken, recoveryKey, curve, plc, withoutLost, leaveOld,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var wishes = new MoveWishes(parsed.GetRequiredValue(who), parsed.GetRequiredValue(to), parsed.GetRequiredValue(plc))
            {
                From = parsed.GetValue(from),
                Handle = parsed.GetValue(handle),
                Email = parsed.GetValue(email),
                InviteCode = parsed.GetValue(invite),
                OldPasswordFile = parsed.GetValue(oldPassword),
                NewPasswordFile = parsed.GetValue(newPassword),
                SignInCode = parsed.GetValue(signInCode),
                PlcToken = parsed.GetValue(plcToken),
                RecoveryKeyFile = parsed.GetValue(recoveryKey),
                RecoveryKeyCurve = parsed.GetValue(curve),
                GoOnWithoutLostBlobs = parsed.GetValue(withoutLost),
                LeaveOldActive = parsed.GetValue(leaveOld),
                AsJson = parsed.GetValue(CommandRun.Json),
            };
            using var run = new MoveRun(terminal, wishes, TimeProvider.System);
            return await run.RunAsync(cancellationToken);
        });
        return command;
    }

    // As people type it: the host alone is enough.
    private static Uri? ParseAddress(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : $"https://{text}", UriKind.Absolute, out var address)
            && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp))
        {
            return new Uri(address.GetLeftPart(UriPartial.Authority));
        }

        result.AddError($"{text} is not the address of a server.");
        return null;
    }
}
