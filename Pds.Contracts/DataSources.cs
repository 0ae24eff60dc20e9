namespace Pds.Contracts;

/// <summary>The keys of data sources beside the usual one.</summary>
public static class DataSources
{
    /// <summary>
    /// For short reads that many requests make at once, which may share connections and travel together. No transaction, no write,
    /// nothing that is read slowly, for all behind it would wait.
    /// </summary>
    public const string Reads = "reads";
}
