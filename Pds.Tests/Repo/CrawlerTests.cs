using System.Diagnostics.Metrics;
using Microsoft.Extensions.Time.Testing;
using Pds.Tests.Support;

namespace Pds.Tests.Repo;

public sealed class CrawlerTests(PdsFixture pds)
{
    [Fact]
    public async Task A_crawler_is_told_of_writes_and_then_left_alone_for_twenty_minutes()
    {
        await using var crawler = await TestCrawler.StartAsync();
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var server = await StartAsync(crawler, time);
        using var alice = await TestAccount.CreateAsync(server);
        await TimesAsync(crawler, 1);

        (await alice.CreateRecordAsync(Records.Post("at once"))).Ok();
        time.Advance(TimeSpan.FromMinutes(19));
        (await alice.CreateRecordAsync(Records.Post("still too soon"))).Ok();
        Assert.Equal(["localhost"], crawler.Hostnames);

        await TimesAsync(crawler, 2, () => time.Advance(TimeSpan.FromSeconds(30)));
        Assert.Equal(["localhost", "localhost"], crawler.Hostnames);
    }

    [Fact]
    public async Task A_crawler_that_fails_is_told_again_and_every_try_is_counted()
    {
        await using var crawler = await TestCrawler.StartAsync(503, 429, 200);
        using var counted = new CrawlMetric(crawler.Url);
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var server = await StartAsync(crawler, time);

        using var alice = await TestAccount.CreateAsync(server);

        await TimesAsync(crawler, 3, () => time.Advance(TimeSpan.FromSeconds(1)));
        await Eventually.TrueAsync(() => Task.FromResult(counted.Outcomes.Count == 3));
        Assert.Equal(["failure", "failure", "success"], counted.Outcomes);
    }

    [Fact]
    public async Task A_crawler_that_refuses_is_not_asked_again_at_once_and_another_is_told_all_the_same()
    {
        await using var banning = await TestCrawler.StartAsync(400);
        await using var other = await TestCrawler.StartAsync();
        using var counted = new CrawlMetric(banning.Url);
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var server = await pds.StartServerAsync(
            new Dictionary<string, string> { ["PDS_CRAWLERS"] = $"{banning.Url},{other.Url}" }, time);

        using var alice = await TestAccount.CreateAsync(server);
        await TimesAsync(banning, 1);
        await TimesAsync(other, 1);
        time.Advance(TimeSpan.FromMinutes(5));
        (await alice.CreateRecordAsync(Records.Post("more"))).Ok();

        Assert.Single(banning.Hostnames);
        await Eventually.TrueAsync(() => Task.FromResult(counted.Outcomes.Count > 0));
        Assert.Equal(["refusal"], counted.Outcomes);
    }

    private Task<PdsServer> StartAsync(TestCrawler crawler, TimeProvider time) =>
        pds.StartServerAsync(new Dictionary<string, string> { ["PDS_CRAWLERS"] = crawler.Url.ToString() }, time);

    private static Task TimesAsync(TestCrawler crawler, int count, Action? meanwhile = null) => Eventually.TrueAsync(() =>
    {
        if (crawler.Hostnames.Count < count)
        {
            meanwhile?.Invoke();
        }

        return Task.FromResult(crawler.Hostnames.Count >= count);
    });

    /// <summary>What is counted of one crawler.</summary>
    private sealed class CrawlMetric : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly List<string> _outcomes = [];

        public CrawlMetric(Uri crawler)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "pds.crawl.requests")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
            {
                var named = tags.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value as string);
                if (named["crawler"] == crawler.Authority)
                {
                    lock (_outcomes)
                    {
                        _outcomes.Add(named["outcome"]!);
                    }
                }
            });
            _listener.Start();
        }

        public IReadOnlyList<string> Outcomes
        {
            get
            {
                lock (_outcomes)
                {
                    return [.. _outcomes];
                }
            }
        }

        public void Dispose() => _listener.Dispose();
    }
}
