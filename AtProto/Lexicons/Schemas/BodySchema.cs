namespace AtProto.Lexicons.Schemas;

/// <param name="Encoding">The MIME type; may be <c>*/*</c>.</param>
/// <param name="Schema">Null when the body is not JSON, or free.</param>
internal sealed record BodySchema(string Encoding, SchemaNode? Schema);
