using System.IO.Compression;
using KafkaBackup.Shared.Compression;

namespace KafkaBackup.Kafka.Wire.Records;

/// <summary>Decompresses the records of one batch after the other into one buffer, which grows with the data and not with what is claimed.</summary>
internal sealed class BatchDecompressor(int maxBytes) : IDisposable
{
    private const int FirstStep = 16 * 1024;

    /// <summary>What records of text usually become; more than that costs another attempt.</summary>
    private const int UsualGrowth = 4;

    private readonly PooledBuffer _target = new();
    private IZstdDecompressor? _zstd;

    /// <summary>Decompresses the records; the result is in the array until the next call.</summary>
    /// <exception cref="WireFormatException">They are damaged, or take more than the bound.</exception>
    public ArraySegment<byte> Decompress(ArraySegment<byte> packed, in RecordBatchHeader header)
    {
        _target.Clear();
        switch (header.Codec)
        {
            case BatchCodec.Gzip:
                Gunzip(packed, header);
                break;
            case BatchCodec.Snappy:
                SnappyFraming.Decompress(packed, _target, maxBytes, header);
                break;
            case BatchCodec.Lz4:
                Lz4Frame.Decompress(packed, _target, maxBytes, header);
                break;
            case BatchCodec.Zstd:
                Unzstd(packed, header);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(header), header.Codec, "Not a compression codec.");
        }

        return new ArraySegment<byte>(_target.Bytes, 0, _target.Length);
    }

    public void Dispose()
    {
        _zstd?.Dispose();
        _zstd = null;
        _target.Dispose();
    }

    private void Gunzip(ArraySegment<byte> packed, in RecordBatchHeader header)
    {
        using var raw = new MemoryStream(packed.Array!, packed.Offset, packed.Count, writable: false);
        using var gzip = new GZipStream(raw, CompressionMode.Decompress);
        try
        {
            for (int read; (read = gzip.Read(_target.Free(FirstStep))) > 0;)
            {
                _target.Advance(read);
                if (_target.Length > maxBytes)
                {
                    throw header.TooLarge(maxBytes);
                }
            }
        }
        catch (Exception invalid) when (invalid is InvalidDataException or IOException)
        {
            throw header.Damaged("its gzip records cannot be decompressed", RecordBatchLayout.Records, invalid);
        }
    }

    /// <remarks>In one call and not as a stream, which would set aside the window that the frame asks for, however large. A buffer that is
    /// too small doubles, so that the memory is at most twice what the data filled.</remarks>
    private void Unzstd(ArraySegment<byte> packed, in RecordBatchHeader header)
    {
        _zstd ??= ZstdEngines.Current.CreateDecompressor();
        for (var room = (int)Math.Min(maxBytes, Math.Max(FirstStep, (long)UsualGrowth * packed.Count)); ;)
        {
            var free = _target.Free(room);
            free = free[..Math.Min(free.Length, maxBytes)];
            try
            {
                if (_zstd.TryDecompress(packed, free, out var length))
                {
                    _target.Advance(length);
                    return;
                }
            }
            catch (ZstdFrameException invalid)
            {
                throw header.Damaged("its Zstandard records cannot be decompressed", RecordBatchLayout.Records, invalid);
            }

            room = free.Length < maxBytes ? (int)Math.Min(maxBytes, 2L * free.Length) : throw header.TooLarge(maxBytes);
        }
    }
}
