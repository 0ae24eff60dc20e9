using System.Xml.Linq;
using Pds.Tests.Architecture;

namespace Pds.Tests.Deployment;

/// <summary>What the projects say of their images.</summary>
public sealed class ImageTests
{
    [Theory]
    [InlineData("Pds.Web", "pds")]
    [InlineData("Pds.Cli", "pds-cli")]
    public void An_image_has_no_shell_and_does_not_run_as_root(string project, string repository)
    {
        var image = XDocument.Parse(SourceTree.Read($"{project}/{project}.csproj"));

        Assert.Equal(repository, Value(image, "ContainerRepository"));
        Assert.Equal("noble-chiseled", Value(image, "ContainerFamily"));
        Assert.True(int.Parse(Value(image, "ContainerUser"), System.Globalization.CultureInfo.InvariantCulture) > 0);
        Assert.Contains($"{repository}:latest", SourceTree.Read("deploy/compose.yaml"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_server_listens_and_writes_where_the_AppHost_says()
    {
        var image = XDocument.Parse(SourceTree.Read("Pds.Web/Pds.Web.csproj"));
        var environment = image.Descendants("ContainerEnvironmentVariable")
            .ToDictionary(variable => (string)variable.Attribute("Include")!, variable => (string)variable.Attribute("Value")!);

        Assert.Equal((string?)image.Descendants("ContainerPort").Single().Attribute("Include"), environment["PDS_PORT"]);
        Assert.Equal(Blueprint.Folders.Data, environment["PDS_DATA_DIRECTORY"]);
        Assert.Equal("true", Value(image, "PublishReadyToRun"));
    }

    private static string Value(XDocument project, string property) => project.Descendants(property).Single().Value;
}
