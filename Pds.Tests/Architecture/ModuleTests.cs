using System.Reflection;
using System.Text.RegularExpressions;

namespace Pds.Tests.Architecture;

public sealed partial class ModuleTests
{
    [Fact]
    public void The_host_sees_of_a_module_its_registration_and_its_options()
    {
        foreach (var file in SourceTree.Files("Pds.Web", ".cs", ".cshtml"))
        {
            var deeper = InsideOfModule().Matches(SourceTree.Read(file)).Select(match => match.Value);

            Assert.True(!deeper.Any(), $"{file} names {string.Join(", ", deeper)}");
        }

        foreach (var module in SourceTree.Modules)
        {
            var shown = Assembly.Load(module).GetExportedTypes().Where(type => type.Namespace == module).Select(type => type.Name);

            Assert.All(shown, name => Assert.Matches("(Module|Options)$", name));
        }
    }

    [Fact]
    public void No_statement_and_no_foreign_key_leaves_the_schema_of_its_module()
    {
        foreach (var module in SourceTree.Modules)
        {
            var own = module[(module.LastIndexOf('.') + 1)..].ToLowerInvariant();
            foreach (var file in SourceTree.Files(module, ".cs", ".sql"))
            {
                var foreign = SchemaInSql().Matches(SourceTree.Read(file))
                    .Select(match => match.Groups["schema"].Value.ToLowerInvariant())
                    .Where(schema => schema != own);

                Assert.True(!foreign.Any(), $"{file} names the schema {string.Join(", ", foreign)}");
            }
        }
    }

    [Fact]
    public void Handlers_live_in_their_folder_and_are_named_after_their_message()
    {
        foreach (var module in SourceTree.Modules)
        {
            var handlers = Assembly.Load(module).GetExportedTypes()
                .Where(type => type.Name.EndsWith("Handler", StringComparison.Ordinal))
                .ToArray();

            Assert.All(handlers, handler =>
            {
                Assert.Equal($"{module}.Handlers", handler.Namespace);
                Assert.Equal(handler.Name, $"{MessageOf(handler).Name}Handler");
            });
        }
    }

    [Fact]
    public void Calls_to_every_handler_are_generated()
    {
        var generated = Assembly.Load("Pds.Web").GetTypes()
            .Where(type => type.Namespace == "Internal.Generated.WolverineHandlers")
            .Select(type => TrailingDigits().Replace(type.Name, ""))
            .ToHashSet();
        var expected = SourceTree.Modules
            .SelectMany(module => Assembly.Load(module).GetExportedTypes())
            .Where(type => type.Name.EndsWith("Handler", StringComparison.Ordinal))
            .Select(handler => $"{MessageOf(handler).Name}Handler")
            .ToArray();

        Assert.NotEmpty(expected);
        Assert.True(
            expected.All(generated.Contains),
            $"Run 'dotnet run --project Pds.Web -- codegen write': {string.Join(", ", expected.Except(generated))}");
    }

    private static Type MessageOf(Type handler) => handler
        .GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        .Single(method => method.Name is "HandleAsync" or "Handle")
        .GetParameters()[0]
        .ParameterType;

    [GeneratedRegex(@"Pds\.Modules\.\w+\.(?!\w+(Module|Options)\b)\w+")]
    private static partial Regex InsideOfModule();

    [GeneratedRegex(
        @"\b(FROM|JOIN|INTO|UPDATE|TABLE|TABLE IF NOT EXISTS|REFERENCES|SCHEMA|SCHEMA IF NOT EXISTS|ON)\s+(?<schema>auth|identity|repo|proxy|moving)\b\s*[.;]")]
    private static partial Regex SchemaInSql();

    [GeneratedRegex(@"\d+$")]
    private static partial Regex TrailingDigits();
}
