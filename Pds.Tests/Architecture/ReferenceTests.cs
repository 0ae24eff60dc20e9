using System.Reflection;
using System.Xml.Linq;

namespace Pds.Tests.Architecture;

public sealed class ReferenceTests
{
    private static readonly string[] BelowModules = ["Pds.Contracts", "Pds.Postgres", "Pds.Xrpc", "AtProto"];

    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["AtProto"] = [],
        ["Pds.Contracts"] = ["AtProto"],
        ["Pds.Postgres"] = [],
        ["Pds.Xrpc"] = ["AtProto"],
        ["Pds.Modules.Auth"] = BelowModules,
        ["Pds.Modules.Identity"] = BelowModules,
        ["Pds.Modules.Repo"] = BelowModules,
        ["Pds.Modules.Proxy"] = BelowModules,
        ["Pds.Modules.Moving"] = BelowModules,
        ["Pds.ServiceDefaults"] = [],
        ["Pds.Web"] = ["Pds.Modules.Auth", "Pds.Modules.Identity", "Pds.Modules.Repo", "Pds.Modules.Proxy", "Pds.Modules.Moving", "Pds.ServiceDefaults"],
        ["Pds.Cli"] = ["Pds.Web"],
        ["Pds.LocalServices"] = [],
        ["Pds.DevPlc"] = ["AtProto"],
        ["Pds.AppHost"] = ["Pds.Web", "Pds.DevPlc", "Pds.LocalServices"],
    };

    private static readonly string[] Proof = ["Pds.Tests", "Pds.Benchmarks"];

    [Fact]
    public void Projects_reference_only_what_lies_below_them()
    {
        foreach (var project in SourceTree.Projects.Except(Proof))
        {
            var references = XDocument.Parse(SourceTree.Read($"{project}/{project}.csproj"))
                .Descendants("ProjectReference")
                .Select(reference => Path.GetFileNameWithoutExtension(((string)reference.Attribute("Include")!).Replace('\\', '/')));

            Assert.True(Allowed.ContainsKey(project), $"{project} is not in the house; say where it stands.");
            Assert.Empty(references.Except(Allowed[project]));
        }
    }

    [Fact]
    public void No_module_reaches_another_by_a_detour()
    {
        foreach (var module in SourceTree.Modules)
        {
            var seen = Assembly.Load(module).GetReferencedAssemblies().Select(reference => reference.Name!);

            Assert.DoesNotContain(seen, name => name.StartsWith("Pds.Modules.", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void The_protocol_library_depends_on_the_framework_and_one_package_of_curves()
    {
        var references = Assembly.Load("AtProto").GetReferencedAssemblies().Select(reference => reference.Name!);

        Assert.DoesNotContain(
            references, name => !name.StartsWith("System.", StringComparison.Ordinal) && name is not "BouncyCastle.Cryptography");
    }
}
