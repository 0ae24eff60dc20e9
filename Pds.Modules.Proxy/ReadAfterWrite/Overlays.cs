using Microsoft.Extensions.Logging;

namespace Pds.Modules.Proxy.ReadAfterWrite;

/// <summary>The overlays of the methods that have one.</summary>
internal sealed class Overlays(
    Images images, EmbedViews embeds, AppViewReader appView, TimeProvider time, ILogger<MergeOverlay> logger)
{
    public MergeOverlay Profiles { get; } = new(new ProfileMerge(), images, embeds, time, logger);

    public MergeOverlay Likes { get; } = new(new FeedMerge.Likes(), images, embeds, time, logger);

    public MergeOverlay Timeline { get; } = new(new FeedMerge.Timeline(), images, embeds, time, logger);

    public MergeOverlay AuthorFeed { get; } = new(new FeedMerge.Author(), images, embeds, time, logger);

    public MergeOverlay Thread { get; } = new(new ThreadMerge(appView), images, embeds, time, logger);
}
