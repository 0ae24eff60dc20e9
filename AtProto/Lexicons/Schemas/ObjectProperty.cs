using System.Text;

namespace AtProto.Lexicons.Schemas;

internal sealed class ObjectProperty(string name, SchemaNode schema, bool required, bool nullable)
{
    public string Name { get; } = name;

    public byte[] Key { get; } = Encoding.UTF8.GetBytes(name);

    public SchemaNode Schema { get; } = schema;

    public bool IsRequired { get; } = required;

    public bool IsNullable { get; } = nullable;
}
