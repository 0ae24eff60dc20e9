using System.Reflection;
using System.Runtime.Loader;
using SharpFuzz;

namespace Pds.Tests.Fuzzing;

/// <summary>
/// A second copy of the code under test in this process, which counts its branches. The other tests keep theirs, and so do
/// the fuzzers themselves.
/// </summary>
internal sealed class InstrumentedCode : AssemblyLoadContext, IDisposable
{
    private static readonly string[] Copied =
        ["AtProto", "Pds.Contracts", "Pds.Postgres", "Pds.Xrpc", "Pds.Modules.Auth", "Pds.Modules.Repo", "Pds.Tests"];

    private static readonly string[] Covered =
    [
        "AtProto.", "Pds.Modules.Auth.Sessions.", "Pds.Modules.Auth.OAuth.Clients.", "Pds.Modules.Auth.OAuth.Proofs.",
        "Pds.Modules.Auth.OAuth.Tokens.", "Pds.Modules.Repo.Imports.",
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("pds-fuzz-").FullName;

    public InstrumentedCode()
        : base(nameof(InstrumentedCode))
    {
        foreach (var name in Copied)
        {
            File.Copy(Path.Combine(AppContext.BaseDirectory, name + ".dll"), PathOf(name));
        }

        foreach (var name in Copied.Where(name => Covered.Any(prefix => prefix.StartsWith(name + ".", StringComparison.Ordinal))))
        {
            Fuzzer.Instrument(PathOf(name), type => Covered.Any(prefix => type.StartsWith(prefix, StringComparison.Ordinal)), Options.Value);
        }

        Coverage.Install();
    }

    /// <summary>The check of a target, bound to the copies.</summary>
    public Action<byte[]> CheckOf(FuzzTarget target) => (Action<byte[]>)LoadFromAssemblyPath(PathOf("Pds.Tests"))
        .GetType(typeof(FuzzTargets).FullName!, throwOnError: true)!
        .GetMethod(nameof(FuzzTargets.CheckOf), BindingFlags.Public | BindingFlags.Static)!
        .Invoke(null, [target.Name])!;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    protected override Assembly? Load(AssemblyName assemblyName) =>
        Copied.Contains(assemblyName.Name) ? LoadFromAssemblyPath(PathOf(assemblyName.Name!)) : null;

    private string PathOf(string name) => Path.Combine(_folder, name + ".dll");
}
