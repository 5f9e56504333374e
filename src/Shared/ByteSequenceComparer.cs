using System.Diagnostics.CodeAnalysis;

namespace KafkaBackup.Shared;

/// <summary>Compares arrays of bytes by what is in them.</summary>
public sealed class ByteSequenceComparer : IEqualityComparer<byte[]>
{
    /// <summary>The one there is.</summary>
    public static ByteSequenceComparer Instance { get; } = new();

    /// <inheritdoc />
    public bool Equals(byte[]? x, byte[]? y) => x is null || y is null ? x == y : x.AsSpan().SequenceEqual(y);

    /// <inheritdoc />
    public int GetHashCode([DisallowNull] byte[] obj)
    {
        var hash = new HashCode();
        hash.AddBytes(obj);
        return hash.ToHashCode();
    }
}
