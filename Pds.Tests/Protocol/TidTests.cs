using AtProto;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace Pds.Tests.Protocol;

public sealed class TidTests
{
    [Fact]
    public void Text_and_number_are_in_the_same_order() => Gen.Select(Gen.Long[0, long.MaxValue], Gen.Long[0, long.MaxValue]).Sample((a, b) =>
    {
        Assert.Equal(Math.Sign(a.CompareTo(b)), Math.Sign(string.CompareOrdinal(new Tid(a).ToString(), new Tid(b).ToString())));
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
        var future = clock.Next(Tid.FromMicroseconds(third.Microseconds + 5_000_000, 1023));

        Assert.True(first < second && second < third);
        Assert.Equal(third.Microseconds + 5_000_001, future.Microseconds);
        Assert.True(clock.Next() > future);
    }
}
