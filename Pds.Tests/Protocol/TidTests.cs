using AtProto;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace Pds.Tests.Protocol;

public sealed class TidTests
{
    [Fact]
    public void Text_and_number_are_in_the_same_order() => Gen.Select(Gen.Long, Gen.Long).Sample((a, b) =>
    {
        Assert.Equal(Math.Sign(new Tid(a).CompareTo(new Tid(b))), Math.Sign(string.CompareOrdinal(new Tid(a).ToString(), new Tid(b).ToString())));
        Assert.Equal(new Tid(a), Tid.Parse(new Tid(a).ToString()));
    });

    [Fact]
    public void A_clock_rises_though_time_stands_still_or_goes_back()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(50)) { AutoAdvanceAmount = TimeSpan.Zero };
        var clock = new TidClock(time);
        var first = clock.Next();

        var second = clock.Next();
        time.AdjustTime(time.GetUtcNow().AddDays(-1));
        var third = clock.Next();

        Assert.True(first < second && second < third);
        Assert.True(clock.Next(third) > third);
    }

    [Fact]
    public void What_comes_after_a_future_TID_is_later_still_and_leaves_the_clock_in_the_present()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(50));
        var clock = new TidClock(time);
        var future = Tid.FromMicroseconds(clock.Next().Microseconds + 5_000_000, 1023);

        var after = clock.Next(future);

        Assert.Equal(future.Microseconds + 1, after.Microseconds);
        Assert.True(clock.Next() < future);
    }

    [Fact]
    public void The_last_TID_of_all_has_none_after_it_and_does_not_stop_the_clock()
    {
        var clock = new TidClock(TimeProvider.System);

        Assert.Throws<ArgumentOutOfRangeException>(() => clock.Next(Tid.Parse("jzzzzzzzzzzzz")));
        Assert.True(clock.Next() < clock.Next());
    }

    [Fact]
    public async Task Threads_never_get_the_same_TID()
    {
        var clock = new TidClock(TimeProvider.System);

        var made = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ =>
            Task.Run(() => Enumerable.Range(0, 5000).Select(_ => clock.Next()).ToArray())));

        Assert.All(made, tids => Assert.True(tids.AsSpan().SequenceEqual(tids.Order().ToArray())));
        Assert.Equal(20_000, made.SelectMany(tids => tids).Distinct().Count());
    }
}
