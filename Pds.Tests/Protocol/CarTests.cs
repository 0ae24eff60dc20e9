using System.IO.Pipelines;
using AtProto;
using AtProto.Repo;
using CsCheck;

namespace Pds.Tests.Protocol;

public sealed class CarTests
{
    private static readonly Gen<Block[]> Files = Gen.Byte.Array[0, 400]
        .Select(bytes => new Block(Cid.Compute(bytes.Length % 2 == 0 ? CidCodec.DagCbor : CidCodec.Raw, bytes), bytes))
        .Array[0, 12];

    [Fact]
    public void What_was_written_is_read_however_it_arrives() => Gen.Select(Files, Gen.Bool, Gen.Int[1, 300]).SampleAsync(
        async (blocks, hasRoot, pieceLength) =>
        {
            var root = hasRoot ? Cid.Compute(CidCodec.DagCbor, "root"u8) : default;
            var car = CarWriter.Encode(root, blocks);
            var pipe = new Pipe();
            var writing = WriteInPiecesAsync(pipe.Writer, car, pieceLength);

            var reader = new CarReader();
            var read = await ReadAllAsync(reader, pipe.Reader);
            await writing;

            Assert.Equal(CarWriter.GetLength(hasRoot, blocks), car.Length);
            Assert.Equal(hasRoot ? [root] : [], reader.Roots!);
            Assert.Equal(blocks.Select(block => block.Cid), read.Select(block => block.Cid));
            Assert.All(blocks.Zip(read), pair => Assert.Equal(pair.First.Bytes, pair.Second.Bytes));
            Assert.Equal(blocks.Select(block => block.Cid).ToHashSet(), CarReader.ReadAll(car).Blocks.Keys.ToHashSet());
        },
        iter: 100);

    [Fact]
    public void A_file_that_is_cut_off_is_refused() => Gen.Select(Files, Gen.Int[0, 5_000]).Sample((blocks, at) =>
    {
        var car = CarWriter.Encode(Cid.Compute(CidCodec.DagCbor, "root"u8), blocks);
        at %= car.Length;

        // Between two blocks a file may end: nothing tells how many there should be.
        var ends = blocks.Select((_, i) => CarWriter.GetLength(hasRoot: true, blocks.AsSpan(0, i)));
        if (ends.Contains(at))
        {
            CarReader.ReadAll(car.AsMemory(0, at));
        }
        else
        {
            Assert.Throws<CarException>(() => CarReader.ReadAll(car.AsMemory(0, at)));
        }
    });

    [Fact]
    public void A_changed_byte_is_noticed_in_every_block() => Gen.Select(Files, Gen.Int[0, 5_000], Gen.Int[1, 255]).Sample((blocks, at, change) =>
    {
        var car = CarWriter.Encode(Cid.Compute(CidCodec.DagCbor, "root"u8), blocks);
        var header = CarWriter.GetLength(hasRoot: true, []);
        if (car.Length > header)
        {
            car[header + (at % (car.Length - header))] ^= (byte)change;

            Assert.Throws<CarException>(() => CarReader.ReadAll(car));
        }
    });

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("01a0")]
    [InlineData("11a265726f6f7473806776657273696f6e02")]
    [InlineData("11a26776657273696f6e0165726f6f747380")]
    [InlineData("9100a265726f6f7473806776657273696f6e01")]
    [InlineData("ffffffffff01")]
    [InlineData("11a265726f6f7473806776657273696f6e0100")]
    public void What_is_not_a_car_file_is_refused(string hex) =>
        Assert.Throws<CarException>(() => CarReader.ReadAll(Convert.FromHexString(hex)));

    [Fact]
    public void A_file_without_roots_and_blocks_is_read()
    {
        var car = CarReader.ReadAll(Convert.FromHexString("11a265726f6f7473806776657273696f6e01"));

        Assert.Empty(car.Roots);
        Assert.Empty(car.Blocks);
        Assert.Equal("11a265726f6f7473806776657273696f6e01", Convert.ToHexStringLower(CarWriter.Encode(default, [])));
    }

    [Fact]
    public void Limits_are_kept_before_anything_is_read()
    {
        var bytes = new byte[1000];
        var car = CarWriter.Encode(default, [new Block(Cid.Compute(CidCodec.Raw, bytes), bytes)]);

        CarReader.ReadAll(car, new CarLimits(MaxBlockBytes: 1000, MaxTotalBytes: car.Length));
        Assert.Throws<CarException>(() => CarReader.ReadAll(car.AsMemory(0, 60), new CarLimits(MaxBlockBytes: 999)));
        Assert.Throws<CarException>(() => CarReader.ReadAll(car.AsMemory(0, 60), new CarLimits(MaxTotalBytes: car.Length - 1)));
        Assert.Throws<CarException>(() => CarReader.ReadAll(car.AsMemory(0, 5), new CarLimits(MaxHeaderBytes: 16)));
    }

    private static async Task WriteInPiecesAsync(PipeWriter writer, byte[] bytes, int pieceLength)
    {
        foreach (var piece in bytes.Chunk(pieceLength))
        {
            await writer.WriteAsync(piece);
        }

        await writer.CompleteAsync();
    }

    private static async Task<List<Block>> ReadAllAsync(CarReader reader, PipeReader input)
    {
        List<Block> blocks = [];
        while (true)
        {
            var result = await input.ReadAsync();
            var rest = result.Buffer;
            while (reader.TryRead(ref rest, out var block))
            {
                blocks.Add(block);
            }

            if (result.IsCompleted)
            {
                reader.Complete(rest);
                return blocks;
            }

            input.AdvanceTo(rest.Start, rest.End);
        }
    }
}
