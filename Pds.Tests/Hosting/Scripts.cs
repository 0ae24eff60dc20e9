using System.Reflection;
using System.Text;

namespace Pds.Tests.Hosting;

/// <summary>An assembly that consists of its embedded migrations.</summary>
internal sealed class Scripts(params (string File, string Sql)[] scripts) : Assembly
{
    private const string Prefix = "Some.Module.Storage.Migrations.";

    public override AssemblyName GetName() => new("Some.Module");

    public override string[] GetManifestResourceNames() => [.. scripts.Select(script => Prefix + script.File), "Some.Module.other.txt"];

    public override Stream GetManifestResourceStream(string name) =>
        new MemoryStream(Encoding.UTF8.GetBytes(scripts.Single(script => Prefix + script.File == name).Sql));
}
