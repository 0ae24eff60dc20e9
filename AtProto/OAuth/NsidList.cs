namespace AtProto.OAuth;

/// <summary>Lists of NSIDs in scopes, in which <c>*</c> stands for all.</summary>
internal static class NsidList
{
    /// <summary>Sorts the names and drops those that are there twice; <c>*</c> swallows the others.</summary>
    public static bool TryNormalize(List<string> names, out List<string> normalized)
    {
        normalized = [];
        foreach (var name in names)
        {
            if (name != "*" && !Nsid.IsValid(name))
            {
                return false;
            }
        }

        if (names.Contains("*"))
        {
            normalized.Add("*");
            return true;
        }

        normalized.AddRange(new SortedSet<string>(names, StringComparer.Ordinal));
        return normalized.Count > 0;
    }

    /// <summary>Whether a normalized list covers a name. Permission sets make lists of a hundred names and more.</summary>
    public static bool Covers(List<string> normalized, string name) =>
        normalized[0] == "*" || normalized.BinarySearch(name, StringComparer.Ordinal) >= 0;
}
