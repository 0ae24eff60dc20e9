using System.Globalization;
using AtProto.Crypto;
using Pds.LocalServices;
using Pds.Tests.Support;

namespace Pds.Tests.Moving;

/// <summary>
/// The reference server from npm, one for the tests of a class: its own code and its own calls, on the SQLite that Node has
/// built in. It knows the directory of all tests, and sends its mail to a sink.
/// </summary>
public sealed class ReferencePds(PdsFixture pds) : IAsyncLifetime
{
    /// <summary>Signs its PLC operations.</summary>
    private const string RotationKeyHex = "6666666666666666666666666666666666666666666666666666666666666666";

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("pds-reference-");
    private readonly Dictionary<string, string> _appView = new()
    {
        ["PDS_BSKY_APP_VIEW_URL"] = "http://localhost:1",
        ["PDS_BSKY_APP_VIEW_DID"] = "did:web:appview.test",
    };

    private ChildProcess _server = null!;

    /// <summary>Where the reference sends its mail, and our server too.</summary>
    public MailSink Mail { get; } = new();

    public XrpcClient Xrpc { get; private set; } = null!;

    public Uri Url { get; private set; } = null!;

    /// <summary>Our server, which knows no more of the reference than any other.</summary>
    public PdsServer Ours { get; private set; } = null!;

    public Uri Plc { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Plc = await pds.GetPlcUrlAsync();
        Url = new Uri($"http://127.0.0.1:{LoopbackPort.Free()}");
        Xrpc = new XrpcClient(TestHttp.Create(Url));
        _server = NodeWitness.Start("reference/start.mjs", new Dictionary<string, string>([.. _appView, .. Mail.Settings])
        {
            ["PDS_HOSTNAME"] = "localhost",
            ["PDS_PORT"] = Url.Port.ToString(CultureInfo.InvariantCulture),
            ["PDS_DEV_MODE"] = "true",
            ["PDS_DATA_DIRECTORY"] = _data.FullName,
            ["PDS_BLOBSTORE_DISK_LOCATION"] = Path.Combine(_data.FullName, "blobs"),
            ["PDS_BLOBSTORE_DISK_TMP_LOCATION"] = Path.Combine(_data.FullName, "blobs-tmp"),

            // It takes no address without a name.
            ["PDS_DID_PLC_URL"] = $"http://localhost:{Plc.Port}",
            ["PDS_INVITE_REQUIRED"] = "false",
            ["PDS_ADMIN_PASSWORD"] = PdsServer.AdminPassword,
            ["PDS_JWT_SECRET"] = "the secret of the reference",
            ["PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX"] = RotationKeyHex,
            ["LOG_ENABLED"] = "false",
        });
        Ours = await pds.StartServerAsync(new Dictionary<string, string>([.. _appView, .. Mail.Settings]));
        await Eventually.TrueAsync(IsUpAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await Ours.DisposeAsync();
        await _server.DisposeAsync();
        Xrpc.Http.Dispose();
        await Mail.DisposeAsync();
        _data.Delete(recursive: true);
    }

    /// <summary>The key that signs the reference's changes of DIDs.</summary>
    public static PrivateKey RotationKey() => PrivateKey.FromBytes(KeyCurve.K256, Convert.FromHexString(RotationKeyHex));

    private async Task<bool> IsUpAsync()
    {
        Assert.False(_server.HasExited, _server.Output);
        try
        {
            return (await Xrpc.QueryAsync("_health")).Status == 200;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
