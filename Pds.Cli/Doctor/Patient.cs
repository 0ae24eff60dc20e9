using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using AtProto;
using DnsClient;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Pds.Modules.Auth;
using Pds.Modules.Auth.Mail;
using Pds.Modules.Identity;
using Pds.Modules.Repo;
using Pds.Xrpc;

namespace Pds.Cli.Doctor;

/// <summary>The server that is looked at: its settings, its parts in this process, and ways to reach it as the world does.</summary>
internal sealed class Patient : IAsyncDisposable
{
    private const int MaxAnswer = 4 << 20;

    private readonly SocketsHttpHandler _world;
    private readonly Lazy<Task<(Did Did, Handle Handle)?>> _account;

    /// <param name="parts">The server's parts; null where its settings do not let it be put together.</param>
    /// <param name="connect">Where names of this server are looked for in place of what DNS says.</param>
    /// <param name="nameserver">Whom to ask in place of the system's name servers.</param>
    /// <param name="authority">A certificate authority to be trusted beside the system's.</param>
    public Patient(
        IConfiguration settings, WebApplication? parts, DnsEndPoint? connect, IPEndPoint? nameserver, X509Certificate2? authority,
        string? mailTo)
    {
        (Settings, Parts, Connect, Authority, MailTo) = (settings, parts, connect, authority, mailTo);
        Service = Read<ServiceOptions>();
        Auth = Read<AuthOptions>();
        Mail = Read<MailOptions>();
        Identity = Read<IdentityOptions>();
        Repo = Read<RepoOptions>();
        Blobs = Read<BlobOptions>();
        Dns = new LookupClient(nameserver is null
            ? new LookupClientOptions { UseCache = false, Timeout = TimeSpan.FromSeconds(5), ThrowDnsErrors = false }
            : new LookupClientOptions(nameserver) { UseCache = false, Timeout = TimeSpan.FromSeconds(5), ThrowDnsErrors = false });
        _world = new SocketsHttpHandler
        {
            AllowAutoRedirect = false, UseCookies = false, UseProxy = false, ConnectCallback = ConnectAsync,
            SslOptions = { RemoteCertificateValidationCallback = Trusts },
        };
        World = new HttpClient(_world, disposeHandler: false) { MaxResponseContentBufferSize = MaxAnswer, Timeout = TimeSpan.FromSeconds(30) };
        _account = new Lazy<Task<(Did, Handle)?>>(FindAccountAsync);
    }

    public IConfiguration Settings { get; }

    public WebApplication? Parts { get; }

    public DnsEndPoint? Connect { get; }

    public X509Certificate2? Authority { get; }

    /// <summary>Who gets a mail to see whether it arrives; null for none.</summary>
    public string? MailTo { get; }

    public ServiceOptions Service { get; }

    public AuthOptions Auth { get; }

    public MailOptions Mail { get; }

    public IdentityOptions Identity { get; }

    public RepoOptions Repo { get; }

    public BlobOptions Blobs { get; }

    public LookupClient Dns { get; }

    /// <summary>Asks as the world does.</summary>
    public HttpClient World { get; }

    /// <summary>For a client of WebSockets.</summary>
    public HttpMessageInvoker Invoker => World;

    /// <summary>Whether it is a server of this machine alone, without name or certificate.</summary>
    public bool IsLocal => Service.Hostname == "localhost";

    /// <summary>The suffixes of handles, each with its leading dot.</summary>
    public string[] HandleDomains => Auth.HandleDomains(Service);

    /// <summary>An active account of the server; null when there is none, or the server does not answer.</summary>
    public Task<(Did Did, Handle Handle)?> GetAccountAsync() => _account.Value;

    /// <summary>Asks the server at its public address.</summary>
    public async Task<JsonNode?> QueryAsync(string method, CancellationToken cancellationToken)
    {
        using var response = await World.GetAsync(new Uri($"{Service.PublicUrl}/xrpc/{method}"), cancellationToken);
        response.EnsureSuccessStatusCode();
        return JsonNode.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken));
    }

    /// <summary>Whether a certificate is one that clients take.</summary>
    public bool Trusts(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors != SslPolicyErrors.RemoteCertificateChainErrors || Authority is null || certificate is null)
        {
            return errors == SslPolicyErrors.None;
        }

        using var own = new X509Chain();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.CustomTrustStore.Add(Authority);
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        using var shown = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        return own.Build(shown);
    }

    public async ValueTask DisposeAsync()
    {
        World.Dispose();
        _world.Dispose();
        if (Parts is not null)
        {
            await Parts.DisposeAsync();
        }
    }

    // What cannot be read is told by the examination of the settings; the others go on with what is usual.
    private T Read<T>() where T : class, new()
    {
        try
        {
            return PdsOptions.Read<T>(Settings);
        }
        catch (OptionsException)
        {
            return new T();
        }
    }

    private async Task<(Did, Handle)?> FindAccountAsync()
    {
        try
        {
            var repos = await QueryAsync("com.atproto.sync.listRepos?limit=20", CancellationToken.None);
            foreach (var repo in repos?["repos"]?.AsArray() ?? [])
            {
                if ((bool?)repo?["active"] != false && Did.TryParse((string?)repo?["did"], out var did))
                {
                    var about = await QueryAsync($"com.atproto.repo.describeRepo?repo={did}", CancellationToken.None);
                    if (Handle.TryParse((string?)about?["handle"], out var handle) && IsOurs(handle))
                    {
                        return (did, handle);
                    }
                }
            }
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException or System.Text.Json.JsonException)
        {
            // That the server does not answer is told by another examination.
        }

        return null;
    }

    private bool IsOurs(Handle handle) => HandleDomains.Any(domain => handle.Value.EndsWith(domain, StringComparison.OrdinalIgnoreCase));

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        // Names that only this server has, on a machine without a name server for them.
        var target = Connect is not null && IsOwnName(context.DnsEndPoint.Host) ? Connect
            : IsLocal && context.DnsEndPoint.Host.EndsWith(HandleDomains[0], StringComparison.OrdinalIgnoreCase) ? new DnsEndPoint("localhost", Service.Port)
            : context.DnsEndPoint;
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(target, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private bool IsOwnName(string host) => host.Equals(Service.Hostname, StringComparison.OrdinalIgnoreCase)
        || HandleDomains.Any(domain => host.EndsWith(domain, StringComparison.OrdinalIgnoreCase));
}
