using System.Buffers.Binary;
using KafkaBackup.Shared;

namespace KafkaBackup.ObjectStores.Gcs;

/// <summary>Content that is compared with its checksum when it has come to its end.</summary>
/// <param name="content">The content.</param>
/// <param name="length">How many bytes it has.</param>
/// <param name="expected">The checksum.</param>
internal sealed class Crc32CStream(Stream content, long length, uint expected) : Stream
{
    private long _read;
    private uint _sum;

    /// <inheritdoc />
    public override bool CanRead => true;

    /// <inheritdoc />
    public override bool CanSeek => false;

    /// <inheritdoc />
    public override bool CanWrite => false;

    /// <inheritdoc />
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc />
    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    /// <summary>A checksum as Cloud Storage writes it.</summary>
    public static string Text(uint sum)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, sum);
        return Convert.ToBase64String(bytes);
    }

    /// <summary>The checksum that a text gives, or null when it is none.</summary>
    public static uint? Parse(string text)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        return Convert.TryFromBase64String(text, bytes, out var count) && count == bytes.Length ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : null;
    }

    /// <inheritdoc />
    /// <exception cref="InvalidDataException">The end is reached, and it is other content.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await content.ReadAsync(buffer, cancellationToken);
        _sum = Crc32C.Append(_sum, buffer.Span[..count]);
        _read += count;
        return count == 0 || _read < length || _sum == expected
            ? count
            : throw new InvalidDataException($"The checksum is {Text(_sum)}, not {Text(expected)}.");
    }

    /// <inheritdoc />
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc />
    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer.AsMemory(offset, count), CancellationToken.None).AsTask().GetAwaiter().GetResult();

    /// <inheritdoc />
    public override void Flush()
    {
    }

    /// <inheritdoc />
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc />
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc />
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            content.Dispose();
        }

        base.Dispose(disposing);
    }
}
