using System.Text.RegularExpressions;
using Npgsql;
using Pds.Tests.Architecture;
using YamlDotNet.RepresentationModel;

namespace Pds.Tests.Deployment;

/// <summary>The compose file says what the AppHost says.</summary>
public sealed partial class ComposeTests
{
    private static readonly string Text = SourceTree.Read("deploy/compose.yaml");
    private static readonly YamlMappingNode Compose = Assert.Single(Yaml.Parse(Text));

    [Fact]
    public void It_has_the_services_of_the_AppHost_and_what_stands_in_front()
    {
        var services = Compose.Keys("services");

        Assert.Equal(["postgres", "redis", "pds-web"], Blueprint.Services);
        Assert.Equal([.. Blueprint.Services.Append("caddy").Append("pds").Order()], services.Order());
    }

    [Theory]
    [InlineData("pds-web")]
    [InlineData("pds")]
    public void The_server_and_its_command_line_are_told_what_the_AppHost_tells(string service)
    {
        var environment = Compose.Keys($"services/{service}/environment");
        var database = new NpgsqlConnectionStringBuilder(Compose.Text($"services/{service}/environment/ConnectionStrings__pdsdb"));

        Assert.Contains("PDS_JWT_SECRET", Blueprint.Variables);
        Assert.Equal(Blueprint.Variables.Order(StringComparer.Ordinal), environment.Order(StringComparer.Ordinal));
        Assert.Equal(("postgres", Blueprint.Database), (database.Host, database.Database));
        Assert.Equal(Blueprint.Database, Compose.Text("services/postgres/environment/POSTGRES_DB"));
        Assert.StartsWith("redis:6379,", Compose.Text($"services/{service}/environment/ConnectionStrings__redis"), StringComparison.Ordinal);
        Assert.Equal($"pds-data:{Blueprint.Folders.Mount}", Assert.Single(Compose.Texts($"services/{service}/volumes")));
        Assert.Equal(Blueprint.Folders.Data, Compose.Text($"services/{service}/environment/PDS_DATA_DIRECTORY"));
    }

    [Theory]
    [InlineData("pds-web")]
    [InlineData("pds")]
    [InlineData("redis")]
    [InlineData("caddy")]
    public void What_need_not_write_cannot_and_nobody_gains_rights(string service)
    {
        Assert.Equal("true", Compose.Text($"services/{service}/read_only"));
        Assert.Equal(["ALL"], Compose.Texts($"services/{service}/cap_drop"));
        Assert.Contains("no-new-privileges:true", Compose.Texts($"services/{service}/security_opt"));
    }

    [Fact]
    public void Everything_together_fits_into_a_gigabyte()
    {
        var limits = Compose.Keys("services").Except(["pds"])
            .Select(service => Limit().Match(Compose.Text($"services/{service}/mem_limit") ?? "").Groups["megabytes"].Value)
            .Select(megabytes => int.Parse(megabytes, System.Globalization.CultureInfo.InvariantCulture));

        Assert.InRange(limits.Sum(), 1, 1024);
    }

    [Fact]
    public void Only_the_proxy_is_reached_from_outside()
    {
        var open = Compose.Keys("services").Where(service => Compose.Find($"services/{service}/ports") is not null);

        Assert.Equal(["caddy"], open);
        Assert.Equal(["80:80", "443:443", "443:443/udp"], Compose.Texts("services/caddy/ports"));
    }

    [Fact]
    public void Every_foreign_image_has_a_version()
    {
        foreach (var service in Compose.Keys("services").Except(["pds", "pds-web"]))
        {
            Assert.Matches(@":\d+\.\d+", Compose.Text($"services/{service}/image"));
        }
    }

    [Fact]
    public async Task Every_setting_it_needs_is_made_by_the_script()
    {
        var made = (await NewEnvironment.MakeAsync("pds.example.com", "me@example.com")).Keys;
        var needed = Required().Matches(Text).Select(match => match.Groups["name"].Value).Distinct();

        Assert.NotEmpty(needed);
        Assert.Empty(needed.Except(made));
    }

    [GeneratedRegex(@"(?<megabytes>\d+)m\b")]
    private static partial Regex Limit();

    [GeneratedRegex(@"\$\{(?<name>\w+):\?")]
    private static partial Regex Required();
}
