using System.Text.Json.Serialization;

namespace KafkaBackup.Shared;

/// <summary>A half-open range of offsets, <c>[Base, Next)</c>. Never negative in length.</summary>
public readonly record struct OffsetRange : IComparable<OffsetRange>
{
    /// <summary>Makes <c>[@base, next)</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The base is negative or lies behind <paramref name="next"/>.</exception>
    [JsonConstructor]
    public OffsetRange(long @base, long next)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(@base);
        ArgumentOutOfRangeException.ThrowIfLessThan(next, @base);
        Base = @base;
        Next = next;
    }

    /// <summary>The first offset of the range.</summary>
    public long Base { get; }

    /// <summary>The first offset after the range.</summary>
    public long Next { get; }

    /// <summary>How many offsets lie in the range (not how many records: offsets may be empty).</summary>
    [JsonIgnore]
    public long Length => Next - Base;

    /// <summary>Whether the range holds no offset.</summary>
    [JsonIgnore]
    public bool IsEmpty => Next == Base;

    /// <summary>Whether both ranges share at least one offset.</summary>
    public bool Overlaps(OffsetRange other) => Math.Max(Base, other.Base) < Math.Min(Next, other.Next);

    /// <inheritdoc />
    public int CompareTo(OffsetRange other) => Base != other.Base ? Base.CompareTo(other.Base) : Next.CompareTo(other.Next);

    /// <inheritdoc />
    public override string ToString() => $"[{Base}, {Next})";
}
