using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using System.Threading.Channels;
using MimeKit;

namespace Pds.Tests.Support;

/// <summary>A mail server that takes everything and sends nothing on.</summary>
public sealed partial class MailSink : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Channel<MimeMessage> _mails = Channel.CreateUnbounded<MimeMessage>();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    /// <summary>Whether it takes no mail for now.</summary>
    public bool IsBusy { get; set; }

    public MailSink()
    {
        _listener.Start();
        _loop = AcceptAsync();
    }

    /// <summary>The settings of a server that sends its mail here.</summary>
    public Dictionary<string, string> Settings => new()
    {
        ["PDS_EMAIL_SMTP_URL"] = $"smtp://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}",
        ["PDS_EMAIL_FROM_ADDRESS"] = "pds@example.com",
    };

    /// <summary>Waits for the next mail to an address.</summary>
    public async Task<MimeMessage> NextAsync(string to)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (true)
        {
            var mail = await _mails.Reader.ReadAsync(limit.Token);
            if (mail.To.Mailboxes.Any(box => box.Address == to))
            {
                return mail;
            }
        }
    }

    /// <summary>Waits for the next mail to an address that has a code in it, and reads that.</summary>
    public async Task<string> NextCodeAsync(string to)
    {
        while (true)
        {
            if (Code().Match((await NextAsync(to)).TextBody!) is { Success: true } code)
            {
                KnownSecrets.Note("mailed code", code.Value);
                return code.Value;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
            await using var stream = client.GetStream();
            await TalkAsync(stream);
        }
    }

    private async Task TalkAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, leaveOpen: true);
        await using var writer = new StreamWriter(stream, leaveOpen: true) { AutoFlush = true, NewLine = "\r\n" };
        if (IsBusy)
        {
            await writer.WriteLineAsync("421 busy, come back later");
            return;
        }

        await writer.WriteLineAsync("220 sink");
        while (await reader.ReadLineAsync(_stop.Token) is { } line && !line.StartsWith("QUIT", StringComparison.Ordinal))
        {
            if (line.StartsWith("DATA", StringComparison.Ordinal))
            {
                await writer.WriteLineAsync("354 go on");
                using var text = new MemoryStream();
                await using (var lines = new StreamWriter(text, leaveOpen: true) { NewLine = "\r\n" })
                {
                    while (await reader.ReadLineAsync(_stop.Token) is { } part && part != ".")
                    {
                        await lines.WriteLineAsync(part.StartsWith("..", StringComparison.Ordinal) ? part[1..] : part);
                    }
                }

                text.Position = 0;
                await _mails.Writer.WriteAsync(await MimeMessage.LoadAsync(text, _stop.Token));
            }

            await writer.WriteLineAsync(
                line.StartsWith("EHLO", StringComparison.Ordinal) ? "250-sink\r\n250 AUTH PLAIN"
                : line.StartsWith("AUTH", StringComparison.Ordinal) ? "235 welcome"
                : "250 ok");
        }

        await writer.WriteLineAsync("221 bye");
    }

    [GeneratedRegex("[A-Z2-7]{5}-[A-Z2-7]{5}")]
    private static partial Regex Code();
}
