namespace KafkaBackup.Shared.Ledger;

/// <summary>Lines of a stream, each in the same buffer, which grows to the longest.</summary>
/// <param name="stream">The stream, which is disposed of with this.</param>
internal sealed class LineReader(Stream stream) : IDisposable
{
    private byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    /// <summary>The next line, without its end; it is there until the next call.</summary>
    /// <returns>False behind the last.</returns>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        while (true)
        {
            var rest = _buffer.AsSpan(_start, _end - _start);
            if (rest.IndexOf((byte)'\n') is >= 0 and var length)
            {
                line = rest[..length];
                _start += length + 1;
                return true;
            }

            if (!Fill())
            {
                line = _buffer.AsSpan(_start, _end - _start);
                _start = _end;
                return line.Length > 0;
            }
        }
    }

    /// <inheritdoc />
    public void Dispose() => stream.Dispose();

    private bool Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, checked(2 * _buffer.Length));
        }

        var read = stream.Read(_buffer.AsSpan(_end));
        _end += read;
        return read > 0;
    }
}
