namespace AtProto.Lexicons;

/// <summary>
/// The parameters of a method, read from its query string and typed by its schema, defaults filled in. Source: atproto
/// specification, "Lexicon", <c>params</c>.
/// </summary>
public sealed class LexiconParameters
{
    private readonly IReadOnlyDictionary<string, object> _values;

    internal LexiconParameters(IReadOnlyDictionary<string, object> values) => _values = values;

    internal static LexiconParameters Empty { get; } = new(new Dictionary<string, object>());

    /// <summary>The names that have a value, given or by default.</summary>
    public IEnumerable<string> Names => _values.Keys;

    /// <summary>A string parameter; null when absent.</summary>
    /// <param name="name">The parameter's name.</param>
    /// <exception cref="InvalidCastException">The schema says another type.</exception>
    public string? GetText(string name) => (string?)Find(name);

    /// <summary>An integer parameter; null when absent.</summary>
    /// <param name="name">The parameter's name.</param>
    /// <exception cref="InvalidCastException">The schema says another type.</exception>
    public long? GetInteger(string name) => (long?)Find(name);

    /// <summary>A boolean parameter; null when absent.</summary>
    /// <param name="name">The parameter's name.</param>
    /// <exception cref="InvalidCastException">The schema says another type.</exception>
    public bool? GetBoolean(string name) => (bool?)Find(name);

    /// <summary>A repeated parameter, in the order of the query string; empty when absent.</summary>
    /// <typeparam name="T"><see cref="string"/>, <see cref="long"/> or <see cref="bool"/>, as the schema says.</typeparam>
    /// <param name="name">The parameter's name.</param>
    /// <exception cref="InvalidCastException">The schema says another type.</exception>
    public IReadOnlyList<T> GetList<T>(string name)
        where T : notnull =>
        Find(name) is { } list ? [.. ((List<object>)list).Cast<T>()] : [];

    private object? Find(string name) => _values.GetValueOrDefault(name);
}
