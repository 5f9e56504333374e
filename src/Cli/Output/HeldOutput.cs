using System.Text;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Cli.Output;

/// <summary>UTF-8 that is held back until all of it is known, so that a failure on the way leaves no half of it: what is small in memory, what is not in a temporary file.</summary>
internal sealed class HeldOutput : Stream
{
    private const int MostInMemory = 16 * 1024 * 1024;

    private readonly MemoryStream _memory = new();
    private SpooledContent? _file;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => Held.Length;

    public override long Position
    {
        get => Held.Position;
        set => throw new NotSupportedException();
    }

    private Stream Held => _file?.Stream ?? _memory;

    /// <summary>Begins anew.</summary>
    public void Clear() => Held.SetLength(0);

    /// <summary>Puts out all that is held.</summary>
    public void CopyTo(TextWriter target)
    {
        Held.Position = 0;
        using var text = new StreamReader(Held, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), detectEncodingFromByteOrderMarks: false);
        var characters = new char[64 * 1024];
        while (text.Read(characters) is > 0 and var count)
        {
            target.Write(characters, 0, count);
        }
    }

    /// <exception cref="StorageException">There is no room for temporary files.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            if (_file is null && _memory.Length + buffer.Length > MostInMemory)
            {
                _file = new SpooledContent();
                _memory.WriteTo(_file.Stream);
                _memory.SetLength(0);
            }

            Held.Write(buffer);
        }
        catch (IOException e)
        {
            throw SpooledContent.Failed(e);
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file?.Dispose();
        }

        base.Dispose(disposing);
    }
}
