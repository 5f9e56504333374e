using System.Buffers.Binary;
using KafkaBackup.Kafka.Wire.Records;
using KafkaBackup.Testing.Kafka;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Wire.Records;

/// <summary>Batches changed at random, mostly under a length and checksum that are right, so that the changes reach the parser.</summary>
/// <remarks>FUZZ_ROUNDS in the environment asks for another number of them.</remarks>
public sealed class RecordBatchFuzzTests
{
    private const int MostDecompressed = 1 << 20;

    /// <summary>The buffer doubles on its way there, and gzip's stream and an exception are on top.</summary>
    private const int MostBytes = 4 * MostDecompressed;

    private static readonly int[] OddNumbers =
        [0, 1, 7, 48, 49, 60, 61, 127, 128, 255, 256, 65_535, -1, -2, int.MinValue, int.MaxValue, int.MaxValue - 11, int.MaxValue - 12];

    private static int Rounds => int.TryParse(Environment.GetEnvironmentVariable("FUZZ_ROUNDS"), out var rounds) ? rounds : 50_000;

    private static byte[][] Seeds =>
    [
        .. from codec in Batch.Codecs
           from bare in codec == BatchCodec.Snappy ? new[] { false, true } : [false]
           from records in new[] { Few, Many }
           select Batch.Of(records, new RecordBatchOptions { Codec = codec, BareSnappy = bare, BaseOffset = 10 }, lastOffset: 1_000),
        Batch.Of([], lastOffset: 5),
    ];

    private static TestRecords Few => new TestRecords()
        .Add("k", "v1", [("h", "x"), ("n", null), ("h", "")], offset: 10).Add((byte[]?)null, null).Add("", "", [("", ""), ("", null)], timestamp: 1);

    private static TestRecords Many => new TestRecords().Add("k", new string('x', 300), offset: 10).AddMany(40);

    [Fact]
    public void Changed_batches_are_read_or_called_damaged_in_bounded_memory()
    {
        var random = new Random(1);
        using var reader = new RecordBatchReader(MostDecompressed);
        var seeds = Seeds;
        var (sound, damaged) = (0, 0);
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = Changed(seeds[random.Next(seeds.Length)], random);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                Walk(reader, bytes, random.Next(20) == 0);
                sound++;
            }
            catch (WireFormatException e) when (e.Position >= 0)
            {
                damaged++;
            }
            catch (Exception e)
            {
                Assert.Fail($"Round {round}, {Convert.ToHexStringLower(bytes)}: {e}");
            }

            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated < MostBytes, $"Round {round} allocated {allocated} bytes: {Convert.ToHexStringLower(bytes)}");
        }

        Assert.True(sound > Rounds / 20 && damaged > Rounds / 4, $"{sound} sound, {damaged} damaged: the changes are too few or too many.");
    }

    private static void Walk(RecordBatchReader reader, byte[] bytes, bool fetched)
    {
        foreach (var batch in fetched ? RecordBatches.OfFetch(bytes) : RecordBatches.OfProduce(bytes))
        {
            reader.Open(batch.Bytes);
            var seen = 0L;
            var last = batch.Header.BaseOffset - 1;
            while (reader.MoveNext())
            {
                Assert.InRange(reader.Offset, last + 1, batch.Header.LastOffset);
                last = reader.Offset;
                seen += reader.Key.Bytes.Length + reader.Value.Bytes.Length + (reader.Timestamp & 1);
                while (reader.MoveNextHeader())
                {
                    seen += reader.HeaderName.Length + reader.HeaderValue.Bytes.Length;
                }
            }

            Assert.InRange(seen, 0, MostDecompressed + RecordBatchHeader.Size);
        }
    }

    private static byte[] Changed(byte[] bytes, Random random)
    {
        var changed = bytes.ToList();
        for (var changes = random.Next(3); changes >= 0; changes--)
        {
            // The header is short beside the records, and is to have its share.
            var at = random.Next(4) == 0 ? random.Next(RecordBatchHeader.Size) : random.Next(changed.Count);
            switch (random.Next(6))
            {
                case 0:
                    changed[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    changed[at] = (byte)random.Next(256);
                    break;
                case 2:
                    PutNumber(changed, at, OddNumbers[random.Next(OddNumbers.Length)], random);
                    break;
                case 3:
                    PutNumber(changed, at, random.Next(-100, 300), random);
                    break;
                case 4 when changed.Count > RecordBatchHeader.Size + 40 && at >= RecordBatchHeader.Size:
                    changed.RemoveRange(at, Math.Min(random.Next(1, 40), changed.Count - at));
                    break;
                default:
                    var more = bytes.AsSpan(random.Next(bytes.Length / 2), random.Next(bytes.Length / 2)).ToArray();
                    changed.InsertRange(Math.Max(at, RecordBatchHeader.Size), more);
                    break;
            }
        }

        byte[] result = [.. changed];
        return random.Next(10) == 0 ? result : Batch.Sealed(result);
    }

    private static void PutNumber(List<byte> bytes, int at, int number, Random random)
    {
        Span<byte> ten = stackalloc byte[Varint.MaxLongSize];
        int length;
        switch (random.Next(3))
        {
            case 0:
                BinaryPrimitives.WriteInt32LittleEndian(ten, number);
                length = 4;
                break;
            case 1:
                BinaryPrimitives.WriteInt32BigEndian(ten, number);
                length = 4;
                break;
            default:
                length = Varint.Write(ten, number);
                break;
        }

        for (var i = 0; i < length && at + i < bytes.Count; i++)
        {
            bytes[at + i] = ten[i];
        }
    }
}
