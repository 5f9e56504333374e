using System.IO.Compression;
using KafkaBackup.Shared.Compression;

namespace KafkaBackup.Kafka.Wire.Records;

/// <summary>Compresses the records of one batch after the other, each codec at the level that is its own default.</summary>
internal sealed class BatchCompressor : IDisposable
{
    private IZstdCompressor? _zstd;

    /// <summary>Adds the compressed records to <paramref name="target"/>.</summary>
    public void Compress(ReadOnlySpan<byte> records, BatchCodec codec, bool bareSnappy, PooledBuffer target)
    {
        switch (codec)
        {
            case BatchCodec.Gzip:
                using (var gzip = new GZipStream(new BufferStream(target), CompressionLevel.Optimal))
                {
                    gzip.Write(records);
                }

                break;
            case BatchCodec.Snappy:
                SnappyFraming.Compress(records, bareSnappy, target);
                break;
            case BatchCodec.Lz4:
                Lz4Frame.Compress(records, target);
                break;
            case BatchCodec.Zstd:
                _zstd ??= ZstdEngines.Current.CreateCompressor(ZstdEngines.DefaultLevel);
                target.Advance(_zstd.Compress(records, target.Free(_zstd.BoundOf(records.Length))));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(codec), codec, "Not a compression codec.");
        }
    }

    public void Dispose() => _zstd?.Dispose();

    private sealed class BufferStream(PooledBuffer target) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(ReadOnlySpan<byte> buffer) => target.Write(buffer);

        public override void Write(byte[] buffer, int offset, int count) => target.Write(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
