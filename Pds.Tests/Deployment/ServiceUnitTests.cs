using Pds.Tests.Architecture;

namespace Pds.Tests.Deployment;

/// <summary>What the service manager lets the server do, and no more.</summary>
public sealed class ServiceUnitTests
{
    [Theory]
    [InlineData("pds")]
    [InlineData("pds-cache")]
    public void The_service_is_shut_in(string unit)
    {
        var lines = SourceTree.Read($"deploy/systemd/{unit}.service").Split('\n');

        Assert.Contains("User=pds", lines);
        Assert.All(
            (string[])
            [
                "NoNewPrivileges=yes", "CapabilityBoundingSet=", "ProtectSystem=strict", "ProtectHome=yes", "PrivateTmp=yes",
                "PrivateDevices=yes", "RestrictNamespaces=yes", "RestrictSUIDSGID=yes", "SystemCallFilter=@system-service", "UMask=0077",
            ],
            rule => Assert.Contains(rule, lines));
    }

    [Fact]
    public void The_server_comes_back_and_has_time_to_finish()
    {
        var lines = SourceTree.Read("deploy/systemd/pds.service").Split('\n');

        Assert.Contains("Restart=always", lines);
        Assert.Contains("TimeoutStopSec=35", lines);
        Assert.DoesNotContain("MemoryDenyWriteExecute=yes", lines);
    }
}
