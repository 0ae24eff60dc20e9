namespace Pds.Xrpc.Outgoing;

/// <summary>What requests of this server are for, as metrics name it: the host of many is anyone's choice, and no name for a series.</summary>
public static class Purpose
{
    private static readonly HttpRequestOptionsKey<string> Key = new("Pds.Purpose");

    /// <summary>Says what a request is for.</summary>
    /// <param name="purpose">One of few.</param>
    public static HttpRequestMessage For(this HttpRequestMessage request, string purpose)
    {
        request.Options.Set(Key, purpose);
        return request;
    }

    internal static string Of(HttpRequestMessage request) => request.Options.TryGetValue(Key, out var purpose) ? purpose : "other";
}
