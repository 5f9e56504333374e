namespace KafkaBackup.Shared.Kafka;

/// <summary>Bytes that may be null, which in Kafka is not the same as empty.</summary>
public readonly ref struct NullableSpan
{
    private readonly bool _hasValue;

    private NullableSpan(ReadOnlySpan<byte> bytes)
    {
        Bytes = bytes;
        _hasValue = true;
    }

    /// <summary>No value at all.</summary>
    public static NullableSpan Null => default;

    /// <summary>Whether there is no value.</summary>
    public bool IsNull => !_hasValue;

    /// <summary>The bytes; empty when null.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary>A value, empty ones included.</summary>
    public static NullableSpan Of(ReadOnlySpan<byte> bytes) => new(bytes);

    /// <summary>A value, or <see cref="Null"/> for null.</summary>
    public static NullableSpan Of(byte[]? bytes) => bytes is null ? default : new NullableSpan(bytes);

    /// <summary>Whether both are null, or have the same bytes.</summary>
    public bool IsSame(NullableSpan other) => IsNull == other.IsNull && Bytes.SequenceEqual(other.Bytes);

    /// <summary>A copy; null for null.</summary>
    public byte[]? ToArray() => IsNull ? null : Bytes.ToArray();
}
