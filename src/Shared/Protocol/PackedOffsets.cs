namespace KafkaBackup.Shared.Protocol;

/// <summary>Ascending offsets as a short text: each by its distance from the one before, in as few bytes as that takes, in Base64.</summary>
public static class PackedOffsets
{
    /// <summary>How long a text may be, so that a message between nodes has room for two of them beside a definition: some 10,000 offsets that are a few hundred apart.</summary>
    public const int MostText = 40_000;

    private const int BitsOfByte = 7;
    private const byte More = 0x80;

    /// <summary>The text of <paramref name="offsets"/>.</summary>
    /// <param name="offsets">0 or more, none smaller than the one before.</param>
    /// <exception cref="ArgumentException">One is.</exception>
    public static string Pack(IEnumerable<long> offsets)
    {
        var bytes = new List<byte>();
        var before = 0L;
        foreach (var offset in offsets)
        {
            var distance = offset >= before ? (ulong)(offset - before) : throw new ArgumentException($"{offset} comes behind {before}.", nameof(offsets));
            for (; distance >= More; distance >>= BitsOfByte)
            {
                bytes.Add((byte)(distance | More));
            }

            bytes.Add((byte)distance);
            before = offset;
        }

        return Convert.ToBase64String([.. bytes]);
    }

    /// <summary>The offsets of a text.</summary>
    /// <exception cref="FormatException">It is none of <see cref="Pack"/>.</exception>
    public static IReadOnlyList<long> Unpack(string text)
    {
        var offsets = new List<long>();
        var (offset, distance, shift) = (0L, 0UL, 0);
        foreach (var part in Convert.FromBase64String(text))
        {
            distance |= (ulong)(part & ~More) << shift;
            shift += BitsOfByte;
            if ((part & More) == 0)
            {
                offset += (long)distance;
                offsets.Add(offset);
                (distance, shift) = (0, 0);
            }
        }

        return shift == 0 ? offsets : throw new FormatException("The last offset is cut off.");
    }
}
