namespace AtProto.Lexicons.Schemas;

/// <param name="Name">The name in the query string.</param>
/// <param name="Schema">A boolean, an integer, a string or unknown (any text): of each value when repeated.</param>
/// <param name="List">The bounds of the number of values; null for a scalar.</param>
/// <param name="IsRequired">Whether it must be given, unless it has a default.</param>
internal sealed record ParameterProperty(string Name, SchemaNode Schema, ArrayNode? List, bool IsRequired);
