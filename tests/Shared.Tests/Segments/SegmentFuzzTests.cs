using System.Buffers.Binary;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Segments;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing.Kafka;
using Xunit;

namespace KafkaBackup.Shared.Tests.Segments;

/// <summary>Segments changed at random, under a checksum that is right where there is one, so that every change reaches the parser.</summary>
public sealed class SegmentFuzzTests
{
    private const int Rounds = 20_000;

    /// <summary>Far above what a segment of a few hundred bytes needs, and far below what a length field can claim.</summary>
    private const int MostBytes = 1 << 20;

    private static readonly int[] OddNumbers =
        [0, 1, 25, 26, 27, 255, 32_767, 65_535, 65_536, -1, -2, int.MinValue, int.MaxValue, int.MaxValue - 3, int.MaxValue - 4];

    private static TestRecords Records => new TestRecords()
        .Add("k", "v1", [("h", "x"), ("n", null)]).Add((byte[]?)null, null).Add("", "", [("", ""), ("", null)]).AddMany(4);

    [Fact]
    public void Changed_records_are_read_or_called_damaged()
    {
        var body = Segment.BodyOf(Segment.Bytes(Segment.Bare, Records));

        Fuzz(1, random => Segment.Around(Changed(body, random), Count(random)));
    }

    [Fact]
    public void Changed_records_in_a_good_frame_are_read_or_called_damaged()
    {
        var body = Segment.BodyOf(Segment.Bytes(Segment.Bare, Records));
        using var compressor = new ZstdNet.Compressor();

        Fuzz(2, random => Segment.Around(compressor.Wrap(Changed(body, random)), Count(random), CompressionCodec.Zstd));
    }

    [Fact]
    public void Changed_frames_are_read_or_called_damaged()
    {
        var body = Segment.BodyOf(Segment.Bytes(Segment.Bare, new TestRecords().AddMany(40)));
        byte[][] frames = [Segment.StreamedFrame(body), Segment.StreamedFrame(body, checksum: true), Segment.BodyOf(Segment.Bytes(Segment.BareZstd, Records))];

        Fuzz(3, random => Segment.Around(Changed(frames[random.Next(frames.Length)], random), Count(random), CompressionCodec.Zstd));
    }

    [Fact]
    public void Changed_records_in_a_good_lz4_block_are_read_or_called_damaged()
    {
        var body = Segment.BodyOf(Segment.Bytes(Segment.Bare, Records));

        Fuzz(4, random => Segment.Around(Lz4Block.WithLength(Changed(body, random)), Count(random), CompressionCodec.Lz4));
    }

    [Fact]
    public void Changed_lz4_blocks_are_read_or_called_damaged()
    {
        byte[][] blocks = [Segment.BodyOf(Segment.Bytes(Segment.BareLz4, new TestRecords().AddMany(200))), Segment.BodyOf(Segment.Bytes(Segment.BareLz4, Records))];

        Fuzz(5, random => Segment.Around(Changed(blocks[random.Next(blocks.Length)], random), Count(random), CompressionCodec.Lz4));
    }

    /// <summary>What a block claims is right here, so that it does not hide what else is wrong.</summary>
    [Fact]
    public void Changed_lz4_sequences_of_the_claimed_length_are_read_or_called_damaged()
    {
        byte[][] blocks = [Segment.BodyOf(Segment.Bytes(Segment.BareLz4, new TestRecords().AddMany(200)))[4..], Segment.BodyOf(Segment.Bytes(Segment.BareLz4, Records))[4..]];
        var target = new byte[1 << 20];

        Fuzz(6, random =>
        {
            var changed = Changed(blocks[random.Next(blocks.Length)], random);
            var length = K4os.Compression.LZ4.LZ4Codec.Decode(changed, target);
            return Segment.Around(Lz4Block.Claiming((uint)Math.Max(0, length), changed), Count(random), CompressionCodec.Lz4);
        });
    }

    [Fact]
    public void Changed_JSON_is_read_or_called_damaged()
    {
        var json = JsonSegmentTests.Json(Records);

        Fuzz(7, random => Changed(json, random));
    }

    [Fact]
    public void Changed_JSON_in_a_frame_is_read_or_called_damaged()
    {
        var json = JsonSegmentTests.Json(Records);
        using var compressor = new ZstdNet.Compressor();

        Fuzz(8, random => compressor.Wrap(Changed(json, random)));
    }

    private static void Fuzz(int seed, Func<Random, byte[]> make)
    {
        var random = new Random(seed);
        var (sound, damaged) = (0, 0);
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = make(random);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                Walk(bytes);
                sound++;
            }
            catch (StorageException e) when (e.Key == Segment.Key && e.Message.StartsWith(Segment.Key, StringComparison.Ordinal))
            {
                damaged++;
            }
            catch (Exception e)
            {
                Assert.Fail($"Round {round} of seed {seed}, {Convert.ToHexStringLower(bytes)}: {e}");
            }

            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated < MostBytes, $"Round {round} of seed {seed} allocated {allocated} bytes: {Convert.ToHexStringLower(bytes)}");
        }

        Assert.True(sound > Rounds / 100 && damaged > Rounds / 10, $"{sound} sound, {damaged} damaged: the changes are too few or too many.");
    }

    private static void Walk(byte[] bytes)
    {
        using var reader = SegmentRecords.Open(bytes, Segment.Key);
        long seen = 0;
        while (reader.MoveNext())
        {
            seen += reader.Key.Bytes.Length + reader.Value.Bytes.Length;
            while (reader.MoveNextHeader())
            {
                seen += reader.HeaderName.Length + reader.HeaderValue.Bytes.Length;
            }
        }

        Assert.InRange(seen, 0, 1 << 24);
    }

    private static long Count(Random random) => random.Next(8) switch { 0 => random.Next(10), 1 => long.MaxValue, 2 => -1, _ => 7 };

    private static byte[] Changed(byte[] bytes, Random random)
    {
        var changed = bytes.ToList();
        for (var changes = random.Next(4); changes >= 0; changes--)
        {
            var at = random.Next(changed.Count);
            switch (random.Next(6))
            {
                case 0:
                    changed[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    changed[at] = (byte)random.Next(256);
                    break;
                case 2:
                    PutNumber(changed, at, OddNumbers[random.Next(OddNumbers.Length)]);
                    break;
                case 3:
                    PutNumber(changed, at, random.Next(-100, 300));
                    break;
                case 4 when changed.Count > 60:
                    changed.RemoveRange(at, Math.Min(random.Next(1, 40), changed.Count - at));
                    break;
                default:
                    changed.InsertRange(at, bytes.AsSpan(random.Next(bytes.Length / 2), random.Next(bytes.Length / 2)).ToArray());
                    break;
            }
        }

        return [.. changed];
    }

    private static void PutNumber(List<byte> bytes, int at, int number)
    {
        Span<byte> four = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(four, number);
        for (var i = 0; i < 4 && at + i < bytes.Count; i++)
        {
            bytes[at + i] = four[i];
        }
    }
}
