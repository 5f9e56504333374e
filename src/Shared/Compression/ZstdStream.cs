namespace KafkaBackup.Shared.Compression;

/// <summary>A library's stream whose own exceptions become <see cref="ZstdFrameException"/>. Those of the stream below it pass.</summary>
/// <param name="library">The library's stream, which is disposed of with this one.</param>
/// <param name="isOfLibrary">Whether an exception is the library's own.</param>
internal sealed class ZstdStream(Stream library, Func<Exception, bool> isOfLibrary) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        try
        {
            return library.Read(buffer);
        }
        catch (Exception e) when (isOfLibrary(e))
        {
            throw new ZstdFrameException(e.Message, e);
        }
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return Read(buffer.AsSpan(offset, count));
    }

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            library.Dispose();
        }

        base.Dispose(disposing);
    }
}
