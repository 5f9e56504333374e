using System.Buffers;
using CsCheck;
using KafkaBackup.Shared.Segments;
using KafkaBackup.Testing.Kafka;
using Xunit;

namespace KafkaBackup.Shared.Tests.Segments;

/// <summary>Blocks that were compressed each for itself make one block that any LZ4 library reads.</summary>
public sealed class Lz4BlockJoinerTests
{
    private const int Block = 1 << 20;

    /// <summary>Data of all kinds: text that repeats, bytes that do not, runs, and pieces too short for a match.</summary>
    private static readonly Gen<byte[]> AnyPiece = Gen.Frequency(
        (3, Gen.Byte[97, 99].Array[1, 400]),
        (2, Gen.Byte.Array[1, 400]),
        (2, Gen.Select(Gen.Byte, Gen.Int[1, 3_000], (value, count) => Enumerable.Repeat(value, count).ToArray())),
        (2, Gen.Byte.Array[1, 14]),
        (1, Gen.Byte.Array[250, 300]),
        (1, Gen.Select(Gen.Byte.Array[1, 90], Gen.Int[1, 900], (text, count) => Enumerable.Repeat(text, count).SelectMany(t => t).ToArray())));

    [Fact]
    public void Any_pieces_become_one_sound_block() =>
        AnyPiece.Array[1, 12].Sample(
            pieces =>
            {
                var content = pieces.SelectMany(piece => piece).ToArray();
                var body = Lz4Block.Claiming((uint)content.Length, Join(pieces.Select(piece => Lz4Block.Of(piece))));

                return content.AsSpan().SequenceEqual(Lz4Block.Content(body))
                    && content.AsSpan().SequenceEqual(Lz4Block.Streamed(body))
                    && EndsAsItShould(body[4..], content.Length);
            },
            iter: 2_000);

    [Fact]
    public void A_single_block_stays_as_it_is()
    {
        var block = Lz4Block.Of(Text(50_000));

        Assert.Equal(block, Join([block]));
    }

    [Fact]
    public void Literals_between_two_blocks_are_those_of_both()
    {
        byte[] first = [.. new byte[40], .. "first-end"u8];
        byte[] second = [.. "second-start"u8, .. new byte[40], .. "second-end"u8];

        var (a, b, joined) = (Lz4Block.Sequences(Lz4Block.Of(first)), Lz4Block.Sequences(Lz4Block.Of(second)), Lz4Block.Sequences(Join([Lz4Block.Of(first), Lz4Block.Of(second)])));

        Assert.Equal([.. a.SkipLast(1), (a[^1].Literals + b[0].Literals, b[0].Match), .. b.Skip(1)], joined);
    }

    [Theory]
    [InlineData(14)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(269)]
    [InlineData(270)]
    [InlineData(271)]
    [InlineData(524)]
    [InlineData(525)]
    [InlineData(100_000)]
    public void Literals_of_any_number_are_counted_right(int count)
    {
        var noise = Noise(count);
        var pieces = noise.Chunk(7).Select(piece => Lz4Block.Of(piece));

        var joined = Join(pieces);

        Assert.Equal((count, 0), Assert.Single(Lz4Block.Sequences(joined)));
        Assert.Equal(noise, Lz4Block.Content(Lz4Block.Claiming((uint)count, joined)));
    }

    [Fact]
    public void A_joiner_starts_anew_after_an_end()
    {
        var block = Lz4Block.Of(Text(5_000));
        using var joiner = new Lz4BlockJoiner();
        foreach (var _ in Enumerable.Range(0, 2))
        {
            using var target = new ChunkedBuffer();
            joiner.Add(block, target);
            joiner.End(target);

            Assert.Equal(block, target.AsSequence().ToArray());
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(Block - 31)]
    [InlineData(Block - 30)]
    [InlineData(Block - 29)]
    [InlineData(Block - 20)]
    [InlineData(Block + 100)]
    [InlineData((2 * Block) - 30)]
    [InlineData((5 * Block) + 12_345)]
    public void A_segment_of_any_length_is_one_block_for_the_library(int valueLength)
    {
        foreach (var value in new[] { Text(valueLength), Noise(valueLength), new byte[valueLength], Mixed(valueLength) })
        {
            var records = new TestRecords().Add([], value).Add("after", "it");
            var body = Segment.BodyOf(Segment.Bytes(Segment.BareLz4, records));

            Assert.True(Segment.BodyOf(Segment.Bytes(Segment.Bare, records)).AsSpan().SequenceEqual(Lz4Block.Content(body)));
            Assert.True(EndsAsItShould(body[4..], valueLength + 67));
            Assert.Equal(records.Select(r => r.ToString()), Segment.Read(Segment.Bytes(Segment.BareLz4, records)).Select(r => r.ToString()));
        }
    }

    [Fact]
    public void Data_without_matches_grows_by_less_than_half_a_percent()
    {
        var records = new TestRecords().Add([], Noise(6 * Block));

        var (plain, lz4) = (Segment.Bytes(Segment.Bare, records).Length, Segment.Bytes(Segment.BareLz4, records).Length);

        Assert.InRange(lz4, plain, plain + (plain / 200));
    }

    private static bool EndsAsItShould(ReadOnlySpan<byte> block, int contentLength)
    {
        var sequences = Lz4Block.Sequences(block);
        var last = sequences[^1].Literals;
        return sequences.Sum(s => s.Literals + s.Match) == contentLength
            && (sequences.Count == 1 || (last >= 5 && sequences[^2].Match + last >= 12));
    }

    private static byte[] Join(IEnumerable<byte[]> blocks)
    {
        using var joiner = new Lz4BlockJoiner();
        using var target = new ChunkedBuffer();
        foreach (var block in blocks)
        {
            joiner.Add(block, target);
        }

        joiner.End(target);
        return target.AsSequence().ToArray();
    }

    private static byte[] Text(int length) =>
        [.. Enumerable.Range(0, (length / 20) + 1).SelectMany(i => System.Text.Encoding.ASCII.GetBytes($"{{\"id\":{i:D6},\"name\":{i % 7}}}")).Take(length)];

    private static byte[] Noise(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Text, noise and runs, so that a block ends now in one and now in another.</summary>
    private static byte[] Mixed(int length)
    {
        var random = new Random(length);
        var bytes = new List<byte>(length);
        while (bytes.Count < length)
        {
            var count = Math.Min(random.Next(1, 200_000), length - bytes.Count);
            bytes.AddRange(random.Next(3) switch { 0 => Text(count), 1 => Noise(count), _ => new byte[count] });
        }

        return [.. bytes];
    }
}
