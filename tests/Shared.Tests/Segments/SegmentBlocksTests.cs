using System.Buffers;
using System.Security.Cryptography;
using KafkaBackup.Shared.Segments;
using KafkaBackup.Testing.Kafka;
using Xunit;

namespace KafkaBackup.Shared.Tests.Segments;

/// <summary>Blocks of a segment are compressed by several threads, and lie in it in their order.</summary>
public sealed class SegmentBlocksTests
{
    private const int Writers = 6;

    /// <summary>Each of many blocks, and a part of one.</summary>
    [Fact]
    public async Task Segments_that_are_written_beside_each_other_hold_their_records_in_order_and_are_the_same_each_time()
    {
        var made = await Task.WhenAll(Enumerable.Range(0, Writers).Select(number => Task.Run(() =>
        {
            using var writer = new SegmentWriter(Segment.BareZstd);
            return Enumerable.Range(0, 2).Select(_ =>
            {
                using var segment = Segment.Write(writer, Records(number % 2));
                return segment.Content.ToArray();
            }).ToList();
        })));

        foreach (var seed in new[] { 0, 1 })
        {
            var same = made.Where((_, number) => number % 2 == seed).SelectMany(segments => segments).ToList();
            Assert.Single(same.Select(segment => Convert.ToHexString(SHA256.HashData(segment))).Distinct());
            Assert.Equal(Records(seed).Select(record => record.ToString()), Segment.Read(same[0]).Select(record => record.ToString()));
            Assert.True(ZstdFrame.Split(same[0].AsSpan(Segment.HeaderSize..^Segment.FooterSize)).Count >= 7);
        }
    }

    [Fact]
    public async Task A_segment_that_is_given_up_in_the_middle_leaves_the_others_as_they_are()
    {
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(number => Task.Run(() =>
        {
            for (var round = 0; round < 4; round++)
            {
                if (number % 2 == 0)
                {
                    GiveUp(number, records: 40 + (round * 37));
                    continue;
                }

                using var segment = Segment.Write(Segment.BareZstd, Records(number));
                Assert.Equal(Records(number).Select(record => record.ToString()), Segment.Read(segment.Content.ToArray()).Select(record => record.ToString()));
            }
        })));
    }

    private static void GiveUp(int seed, int records)
    {
        using var writer = new SegmentWriter(Segment.BareZstd);
        var cursor = TestRecords.Cursor(Records(seed).Take(records));
        while (cursor.MoveNext())
        {
            writer.Append(cursor);
        }
    }

    /// <summary>Some seven and a half blocks.</summary>
    private static IEnumerable<TestRecord> Records(int seed)
    {
        var random = new Random(seed);
        for (var number = 0; number < 240; number++)
        {
            var value = new byte[33_000];
            random.NextBytes(value.AsSpan(0, 3_000));
            yield return new TestRecord(number, 1_700_000_000_000 + number, [(byte)number], value, []);
        }
    }
}
