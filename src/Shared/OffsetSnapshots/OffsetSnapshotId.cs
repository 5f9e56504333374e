using System.Buffers;
using System.Globalization;

namespace KafkaBackup.Shared.OffsetSnapshots;

/// <summary>The name of one offset snapshot, and of its folder in the store: <c>snap-{ms since 1970}-{8 hex digits}</c>, as OSO's tool writes it.</summary>
/// <remarks>OSO derives the digits from the time, so two of one millisecond are one name; here they are random. Other names are read, too, as long as
/// they lead nowhere else in the store.</remarks>
public readonly record struct OffsetSnapshotId
{
    private const int MaxLength = 200;
    private static readonly SearchValues<char> Letters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    private OffsetSnapshotId(string value) => Value = value;

    /// <summary>The name as text.</summary>
    public string Value => field ?? throw new InvalidOperationException("A snapshot id was used before it was given a value.");

    /// <summary>A name for a snapshot of <paramref name="time"/>.</summary>
    public static OffsetSnapshotId New(DateTimeOffset time, Random random) =>
        new(string.Create(CultureInfo.InvariantCulture, $"snap-{time.ToUnixTimeMilliseconds()}-{random.NextInt64(1L << 32):x8}"));

    /// <summary>Takes <paramref name="text"/> as a name; null when it cannot be one.</summary>
    public static OffsetSnapshotId? TryParse(string text) =>
        text.Length is > 0 and <= MaxLength && text[0] != '.' && !text.AsSpan().ContainsAnyExcept(Letters) ? new OffsetSnapshotId(text) : null;

    /// <inheritdoc />
    public override string ToString() => Value;
}
