using AtProto.Stream;
using CsCheck;
using Pds.Modules.Repo.Firehose;

namespace Pds.Tests.Repo;

public sealed class FrameSlabTests
{
    // Beyond what is shared, now and then.
    private static readonly Gen<byte[]> Bytes = Gen.Frequency((9, Gen.Byte.Array[1, 4096]), (1, Gen.Byte.Array[1, 40 * 1024]));

    private static readonly Gen<long> Numbers = Gen.OneOf(Gen.Long[0, 300], Gen.Long[65_000, 66_000], Gen.Long[0, long.MaxValue]);

    [Fact]
    public void Frames_that_share_memory_are_those_that_have_their_own_and_stay_so() =>
        Gen.Select(Bytes, Gen.Int[0, 40 * 1024], Numbers).Array[200].Sample(
            bodies =>
            {
                var slab = new FrameSlab();
                var frames = Array.ConvertAll(bodies, item =>
                {
                    var (bytes, at, seq) = item;
                    var body = new EventBody(bytes, at % (bytes.Length + 1));
                    return (Shared: slab.Number(body, seq), Alone: body.Number(seq));
                });

                Assert.All(frames, frame => Assert.True(frame.Shared.Span.SequenceEqual(frame.Alone)));
            },
            iter: 20);
}
