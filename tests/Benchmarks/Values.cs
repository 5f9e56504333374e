using System.Text;

namespace KafkaBackup.Benchmarks;

/// <summary>Values of records, the same for the same arguments.</summary>
internal static class Values
{
    /// <summary>More than a compressor looks back on, so that using the values again and again makes nothing look more alike.</summary>
    private const int PoolBytes = 24_000_000;

    private static readonly string[] Words =
    [
        "order", "paid", "shipped", "customer", "amount", "currency", "EUR", "street", "city", "parcel", "invoice", "returned", "created", "note",
        "article", "quantity",
    ];

    /// <summary>Words of a shop between numbers, cut to a length; it becomes about a third with Zstandard.</summary>
    public static byte[] Text(Random random, int length)
    {
        var text = new StringBuilder("{");
        while (text.Length < length)
        {
            text.Append('"').Append(Words[random.Next(Words.Length)]).Append("\":").Append(random.Next(1_000_000)).Append(',');
        }

        return Encoding.UTF8.GetBytes(text.ToString(0, length));
    }

    /// <summary>Values to take by turns.</summary>
    /// <param name="length">The length of each.</param>
    /// <param name="isRandom">Whether they are bytes that nothing can compress.</param>
    public static byte[][] Pool(int length, bool isRandom)
    {
        var random = new Random(1);
        var values = new byte[Math.Max(1, PoolBytes / length)][];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = isRandom ? new byte[length] : Text(random, length);
            if (isRandom)
            {
                random.NextBytes(values[i]);
            }
        }

        return values;
    }
}
