using Microsoft.Extensions.DependencyInjection;
using Pds.Web;
using Pds.Xrpc;

namespace Pds.Tests.Deployment;

public sealed class NewEnvironmentTests
{
    [Fact]
    public async Task A_server_starts_with_them_and_knows_each()
    {
        var settings = await NewEnvironment.MakeAsync("pds.example.com", "me@example.com");

        await using var app = PdsApplication.Create(
        [
            "--environment=Production", "--ConnectionStrings:pdsdb=Host=nowhere.invalid", "--ConnectionStrings:redis=nowhere.invalid",
            .. settings.Select(setting => $"--{setting.Key}={setting.Value}"),
        ]);

        var known = app.Services.GetServices<OptionsVariables>().SelectMany(options => options.Names);
        Assert.Equal("https://pds.example.com", app.Services.GetRequiredService<ServiceOptions>().PublicUrl);
        Assert.Empty(settings.Keys.Where(name => name.StartsWith("PDS_", StringComparison.Ordinal)).Except(known));
    }

    [Fact]
    public async Task Secrets_are_long_and_never_the_same()
    {
        var one = await NewEnvironment.MakeAsync("pds.example.com", "me@example.com");
        var other = await NewEnvironment.MakeAsync("pds.example.com", "me@example.com");

        var secrets = one.Where(setting => setting.Key.Contains("SECRET", StringComparison.Ordinal)
            || setting.Key.Contains("PASSWORD", StringComparison.Ordinal) || setting.Key.EndsWith("KEY_HEX", StringComparison.Ordinal)).ToArray();

        Assert.Equal(6, secrets.Length);
        Assert.All(secrets, secret => Assert.Matches("^[0-9a-f]{64}$", secret.Value));
        Assert.All(secrets, secret => Assert.NotEqual(secret.Value, other[secret.Key]));
        Assert.Equal(secrets.Length, secrets.DistinctBy(secret => secret.Value).Count());
    }

    [Theory]
    [InlineData("https://pds.example.com", "me@example.com")]
    [InlineData("localhost", "me@example.com")]
    [InlineData("pds.example.com\nPDS_DEV_MODE=true", "me@example.com")]
    [InlineData("pds.example.com", "me")]
    [InlineData("pds.example.com", "me@example.com; rm")]
    public async Task What_is_no_host_name_or_no_address_is_refused(string hostname, string email)
    {
        var (code, output) = await NewEnvironment.RunAsync(hostname, email);

        Assert.Equal(2, code);
        Assert.DoesNotContain("SECRET", output, StringComparison.Ordinal);
    }
}
