using System.Text.Json.Nodes;

namespace Pds.Tests.Support;

/// <summary>Records as an app writes them.</summary>
internal static class Records
{
    public static JsonObject Post(string text) => new()
    {
        ["$type"] = "app.bsky.feed.post",
        ["text"] = text,
        ["createdAt"] = "2026-01-01T00:00:00.000Z",
    };
}
