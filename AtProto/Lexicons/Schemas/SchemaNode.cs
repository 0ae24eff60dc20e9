namespace AtProto.Lexicons.Schemas;

/// <summary>One type of a lexicon document, compiled: immutable, shared by all threads.</summary>
internal abstract class SchemaNode
{
    /// <summary>Consumes one value. False when it breaks the schema; then the walk carries the complaint.</summary>
    public abstract bool Check(ref SchemaWalk walk);
}
