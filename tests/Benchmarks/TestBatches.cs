using System.Globalization;
using System.Text;
using KafkaBackup.Kafka.Wire.Records;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Benchmarks;

/// <summary>Record batches as an ordinary producer makes them: a short key, a value of text, no headers.</summary>
internal static class TestBatches
{
    /// <summary>How many records a batch has.</summary>
    public const int Records = 1000;

    private const int KeyBytes = 8;
    private const int Seed = 1;

    /// <summary>A whole batch; the same for the same arguments.</summary>
    /// <param name="codec">How its records are compressed.</param>
    /// <param name="recordBytes">The bytes of key and value together.</param>
    public static byte[] Build(BatchCodec codec, int recordBytes)
    {
        var random = new Random(Seed);
        using var writer = new RecordBatchWriter();
        writer.Begin(new RecordBatchOptions { BaseOffset = 1_000_000, LeaderEpoch = 3, Codec = codec });
        for (var i = 0; i < Records; i++)
        {
            var key = Encoding.UTF8.GetBytes(random.Next(100_000_000).ToString("D8", CultureInfo.InvariantCulture));
            writer.Append(
                1_000_000 + i, 1_700_000_000_000 + (3 * i), NullableSpan.Of(key), NullableSpan.Of(Values.Text(random, recordBytes - KeyBytes)));
        }

        return writer.Finish().ToArray();
    }
}
