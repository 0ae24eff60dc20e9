using Microsoft.Extensions.DependencyInjection;
using Pds.Tests.Support;
using Pds.Web;
using Pds.Web.Configuration;
using Pds.Xrpc;
using StackExchange.Redis;

namespace Pds.Tests.Web;

public sealed class SettingsTests
{
    [Theory]
    [InlineData("PDS_PORT", "many", "PDS_PORT must be a whole number.")]
    [InlineData("PDS_PORT", "70000", "PDS_PORT must be between 0 and 65535.")]
    [InlineData("PDS_HOSTNAME", "https://pds.example.com", "PDS_HOSTNAME must be a host name without scheme or port.")]
    [InlineData("PDS_DEV_MODE", "maybe", "PDS_DEV_MODE must be true or false.")]
    [InlineData("PDS_SERVICE_DID", "pds.example.com", "PDS_SERVICE_DID must be a Did.")]
    [InlineData("PDS_DID_PLC_URL", "plc.directory", "PDS_DID_PLC_URL must be an http or https URL.")]
    [InlineData("PDS_ID_RESOLVER_TIMEOUT", "3s", "PDS_ID_RESOLVER_TIMEOUT must be a number of milliseconds.")]
    [InlineData("PDS_SERVICE_HANDLE_DOMAINS", "example.com", "PDS_SERVICE_HANDLE_DOMAINS must be a list of suffixes that each start with a dot.")]
    [InlineData("PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX", "abc", "PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX must be 64 hexadecimal digits.")]
    public void An_impossible_setting_stops_the_start_by_its_name(string name, string value, string problem)
    {
        var refusal = Assert.Throws<OptionsException>(() => PdsApplication.Create(Arguments("Development", (name, value))));

        Assert.Contains(problem, refusal.Problems);
    }

    [Theory]
    [InlineData("PDS_JWT_SECRET")]
    [InlineData("PDS_ADMIN_PASSWORD")]
    [InlineData("PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX")]
    public void In_production_a_missing_secret_stops_the_start(string name)
    {
        var refusal = Assert.Throws<OptionsException>(() => PdsApplication.Create(Arguments("Production", (name, ""))));

        Assert.Contains($"{name} is required.", refusal.Problems);
    }

    [Fact]
    public async Task In_development_missing_secrets_are_made_once_and_kept_to_oneself()
    {
        var folder = Directory.CreateTempSubdirectory("pds-settings-").FullName;
        var arguments = Arguments("Development", ("PDS_JWT_SECRET", ""), ("PDS_DATA_DIRECTORY", folder));

        await PdsApplication.Create(arguments).DisposeAsync();
        var file = Path.Combine(folder, "secrets.env");
        var first = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        await PdsApplication.Create(arguments).DisposeAsync();
        var second = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);

        Assert.Matches("(?m)^PDS_JWT_SECRET=[0-9a-f]{64}$", first);
        Assert.Equal(first, second);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }

        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("localhost", "http://localhost:2583", "did:web:localhost")]
    [InlineData("pds.example.com", "https://pds.example.com", "did:web:pds.example.com")]
    public void The_host_name_makes_the_public_url(string hostname, string url, string did)
    {
        var options = new ServiceOptions { Hostname = hostname };

        Assert.Equal((url, did), (options.PublicUrl, options.ServiceDid.Value));
    }

    [Theory]
    [InlineData("", "http://localhost:8123")]
    [InlineData("9000", "http://localhost:9000")]
    public async Task A_local_server_is_called_by_its_port(string port, string url)
    {
        await using var app = PdsApplication.Create(
            Arguments("Production", ("urls", "http://0.0.0.0:8123;http://[::]:8124"), ("PDS_PORT", port)));

        Assert.Equal(url, app.Services.GetRequiredService<ServiceOptions>().PublicUrl);
    }

    [Theory]
    [InlineData("PDS_HCAPTCHA_SITE_KEY", "site", "PDS_HCAPTCHA_SITE_KEY, PDS_HCAPTCHA_SECRET_KEY and PDS_HCAPTCHA_TOKEN_SALT go together.")]
    [InlineData("PDS_TURNSTILE_SECRET_KEY", "secret", "PDS_TURNSTILE_SITE_KEY and PDS_TURNSTILE_SECRET_KEY go together.")]
    [InlineData("PDS_EMAIL_SMTP_URL", "smtp://mail.example.com", "PDS_EMAIL_SMTP_URL and PDS_EMAIL_FROM_ADDRESS go together.")]
    [InlineData("PDS_MODERATION_EMAIL_ADDRESS", "a@example.com", "PDS_MODERATION_EMAIL_SMTP_URL and PDS_MODERATION_EMAIL_ADDRESS go together.")]
    [InlineData("PDS_RATE_LIMIT_BYPASS_IPS", "10.0.0.0/99", "PDS_RATE_LIMIT_BYPASS_IPS must be a list of IP addresses or networks.")]
    public void Settings_that_belong_together_stop_the_start_one_by_one(string name, string value, string problem)
    {
        var refusal = Assert.Throws<OptionsException>(() => PdsApplication.Create(Arguments("Production", (name, value))));

        Assert.Contains(problem, refusal.Problems);
    }

    [Fact]
    public async Task Every_setting_of_the_reference_is_obeyed_or_has_its_reason()
    {
        await using var app = PdsApplication.Create(Arguments("Production"));
        var obeyed = app.Services.GetServices<OptionsVariables>().SelectMany(options => options.Names).ToHashSet();

        var ofReference = KnownVariables.ReadReferenceNames();

        Assert.NotEmpty(ofReference);
        Assert.All(ofReference, variable => Assert.True(
            obeyed.Contains(variable.Key) == (variable.Value.Length == 0), $"{variable.Key} is obeyed, or says why it is not, not both"));
    }

    [Fact]
    public async Task The_references_names_for_Redis_do_where_there_is_no_connection_string()
    {
        var cache = TestServices.Shared.Redis;
        await using var app = PdsApplication.Create(Arguments("Production", ("ConnectionStrings:redis", ""), ("PDS_REDIS_SCRATCH_ADDRESS", cache)));

        Assert.True((await app.Services.GetRequiredService<IConnectionMultiplexer>().GetDatabase().PingAsync()) > TimeSpan.Zero);
    }

    private static string[] Arguments(string environment, params (string Name, string Value)[] settings)
    {
        var variables = new Dictionary<string, string>
        {
            ["environment"] = environment,
            ["Logging:LogLevel:Default"] = "None",
            ["ConnectionStrings:pdsdb"] = "Host=localhost",
            ["ConnectionStrings:redis"] = "localhost",
            ["PDS_JWT_SECRET"] = new('0', 64),
            ["PDS_DPOP_SECRET"] = new('0', 64),
            ["PDS_ADMIN_PASSWORD"] = new('0', 64),
            ["PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX"] = new('1', 64),
        };
        foreach (var (name, value) in settings)
        {
            variables[name] = value;
        }

        return [.. variables.Select(variable => $"--{variable.Key}={variable.Value}")];
    }
}
