using System.Text;

namespace KafkaBackup.EndToEnd.Tests.Support;

/// <summary>Records to produce.</summary>
internal static class SampleRecords
{
    private const long Year2024 = 1_704_067_200_000;

    /// <summary>Records of some <paramref name="bytes"/> each, all different, the same for the same seed.</summary>
    public static IEnumerable<LogRecord> Plain(int count, int seed = 1, int bytes = 40)
    {
        var random = new Random(seed);
        for (var number = 0; number < count; number++)
        {
            var value = new byte[bytes];
            random.NextBytes(value);
            yield return new LogRecord(0, Year2024 + number, Encoding.UTF8.GetBytes($"key-{seed}-{number}"), value);
        }
    }

    /// <summary>One record of each shape that a broker takes.</summary>
    public static IEnumerable<LogRecord> OfAllShapes()
    {
        // A timestamp of 0 means "now" to the client library, so 1970 starts at 1.
        var (first, last) = (1L, new DateTimeOffset(2040, 12, 31, 23, 59, 59, 999, TimeSpan.Zero).ToUnixTimeMilliseconds());
        byte[] key = [1, 2, 3], value = Encoding.UTF8.GetBytes("värde ✓"), empty = [];
        byte[] large = [.. Enumerable.Range(0, 200_000).Select(number => (byte)(number * 31 / 7))];

        yield return new LogRecord(0, first, key, value);
        yield return new LogRecord(0, last, null, value);
        yield return new LogRecord(0, Year2024, empty, value);
        yield return new LogRecord(0, first, key, null);
        yield return new LogRecord(0, Year2024, key, empty);
        yield return new LogRecord(0, last, null, null);
        yield return new LogRecord(0, Year2024, empty, empty);
        yield return new LogRecord(0, Year2024 - 1, key, null, new LogHeader("reason", "gdpr"u8.ToArray()));
        yield return new LogRecord(0, Year2024, key, value, new LogHeader("b", [2]), new LogHeader("a", [1]), new LogHeader("c", [3]));
        yield return new LogRecord(0, Year2024, key, value, new LogHeader("again", [1]), new LogHeader("other", [9]), new LogHeader("again", [0]), new LogHeader("again", [1]));
        yield return new LogRecord(0, Year2024, key, value, new LogHeader("null", null), new LogHeader("empty", []), new LogHeader("null", null));
        yield return new LogRecord(0, Year2024, null, null, new LogHeader("größe", value), new LogHeader("x-original-offset", [7]));
        yield return new LogRecord(0, Year2024, large[..70_000], large, new LogHeader("large", large[..40_000]));
        yield return new LogRecord(0, 1_234_567_890_123, key, Enumerable.Range(0, 256).Select(number => (byte)number).ToArray());
    }
}
