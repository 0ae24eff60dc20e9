using System.Globalization;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Pds.Tests.Architecture;
using Pds.Tests.Support;
using Pds.Xrpc;
using YamlDotNet.RepresentationModel;

namespace Pds.Tests.Deployment;

/// <summary>The Kubernetes manifest and the server know of one another.</summary>
public sealed class KubernetesTests(PdsFixture pds)
{
    private const string Pod = "spec/template/spec";
    private const string Container = $"{Pod}/containers/0";

    private static readonly IReadOnlyList<YamlMappingNode> Documents = Yaml.Parse(SourceTree.Read("deploy/kubernetes/pds.yaml"));

    [Fact]
    public async Task Every_setting_is_one_of_the_servers()
    {
        var server = await pds.GetServerAsync();
        var known = server.Services.GetServices<OptionsVariables>().SelectMany(options => options.Names).ToHashSet();
        var settings = Of("ConfigMap").Keys("data");

        Assert.Contains("PDS_METRICS_LISTEN", settings);
        Assert.Empty(settings.Except(known));
    }

    [Theory]
    [InlineData("startupProbe")]
    [InlineData("livenessProbe")]
    [InlineData("readinessProbe")]
    public async Task Probes_ask_what_the_server_answers(string probe)
    {
        var deployment = Of("Deployment");
        var path = deployment.Text($"{Container}/{probe}/httpGet/path");
        using var answer = await pds.Xrpc.Http.GetAsync(path, TestContext.Current.CancellationToken);

        Assert.Equal(probe == "readinessProbe" ? "/ready" : "/alive", path);
        Assert.Equal("http", deployment.Text($"{Container}/{probe}/httpGet/port"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public void The_servers_are_shut_in()
    {
        var deployment = Of("Deployment");

        Assert.Equal("true", deployment.Text($"{Pod}/securityContext/runAsNonRoot"));
        Assert.Equal("1654", deployment.Text($"{Pod}/securityContext/runAsUser"));
        Assert.Equal("RuntimeDefault", deployment.Text($"{Pod}/securityContext/seccompProfile/type"));
        Assert.Equal("false", deployment.Text($"{Pod}/automountServiceAccountToken"));
        Assert.Equal("true", deployment.Text($"{Container}/securityContext/readOnlyRootFilesystem"));
        Assert.Equal("false", deployment.Text($"{Container}/securityContext/allowPrivilegeEscalation"));
        Assert.Equal(["ALL"], deployment.Texts($"{Container}/securityContext/capabilities/drop"));
        Assert.NotNull(deployment.Text($"{Container}/resources/limits/memory"));
        Assert.Equal("1654", System.Xml.Linq.XDocument.Parse(SourceTree.Read("Pds.Web/Pds.Web.csproj")).Descendants("ContainerUser").Single().Value);
    }

    [Fact]
    public void There_is_time_to_drain_and_to_end_and_always_someone_left()
    {
        var deployment = Of("Deployment");
        var drain = Number(Of("ConfigMap"), "data/PDS_DRAIN_MS") / 1000;
        var unready = Number(deployment, $"{Container}/readinessProbe/periodSeconds") * Number(deployment, $"{Container}/readinessProbe/failureThreshold");

        Assert.True(drain > unready, "The balancer has to notice first.");
        Assert.True(Number(deployment, $"{Pod}/terminationGracePeriodSeconds") >= drain + 30);
        Assert.Equal("0", deployment.Text("spec/strategy/rollingUpdate/maxUnavailable"));
        Assert.Equal("1", Of("PodDisruptionBudget").Text("spec/maxUnavailable"));
        Assert.True(Number(Of("HorizontalPodAutoscaler"), "spec/minReplicas") >= 2);
    }

    [Fact]
    public void Ports_and_names_fit_together_and_metrics_stay_inside()
    {
        var (deployment, settings, ingress) = (Of("Deployment"), Of("ConfigMap"), Of("Ingress"));
        var ports = ((YamlSequenceNode)deployment.Find($"{Container}/ports")!)
            .ToDictionary(port => port.Text("name")!, port => port.Text("containerPort"));

        Assert.Equal(settings.Text("data/PDS_PORT"), ports["http"]);
        Assert.Equal(settings.Text("data/PDS_METRICS_LISTEN"), $"*:{ports["metrics"]}");
        Assert.Equal("http", Of("Service").Text("spec/ports/0/targetPort"));
        Assert.Single(((YamlSequenceNode)Of("Service").Find("spec/ports")!).Children);
        Assert.Equal(settings.Text("data/PDS_HOSTNAME"), ingress.Text("spec/rules/0/host"));
        Assert.Equal($"*.{settings.Text("data/PDS_HOSTNAME")}", ingress.Text("spec/rules/1/host"));
        Assert.Equal("/tmp", deployment.Text($"{Container}/volumeMounts/0/mountPath"));
        Assert.StartsWith("/tmp/", settings.Text("data/PDS_DATA_DIRECTORY"), StringComparison.Ordinal);
    }

    private static YamlMappingNode Of(string kind) => Assert.Single(Documents, document => document.Text("kind") == kind);

    private static int Number(YamlNode node, string path) => int.Parse(node.Text(path)!, CultureInfo.InvariantCulture);
}
