namespace KafkaBackup.Management.Pbm;

/// <summary>Reads lines from whoever sends them, and gives up on one that does not end.</summary>
/// <param name="stream">Where they come from.</param>
/// <param name="maxBytes">The longest line.</param>
public sealed class BoundedLines(Stream stream, int maxBytes)
{
    private byte[] _buffer = new byte[Math.Min(maxBytes, 4096)];
    private int _start;
    private int _end;

    /// <summary>The next line without its end; null when there is none, even if something without an end came.</summary>
    /// <exception cref="InvalidDataException">The line is too long.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellation)
    {
        var searched = _start;
        while (true)
        {
            if (_buffer.AsSpan(searched, _end - searched).IndexOf((byte)'\n') is var at and >= 0)
            {
                var line = _buffer.AsMemory(_start, searched + at - _start);
                _start = searched + at + 1;
                return line;
            }

            searched = MakeRoom();
            var count = await stream.ReadAsync(_buffer.AsMemory(_end), cancellation);
            if (count == 0)
            {
                return null;
            }

            _end += count;
        }
    }

    /// <summary>Moves what is there to the front, in a larger buffer when it fills this one, and returns where the unsearched begins.</summary>
    private int MakeRoom()
    {
        var rest = _end - _start;
        if (rest >= maxBytes)
        {
            throw new InvalidDataException($"A line has more than {maxBytes} bytes.");
        }

        var to = rest == _buffer.Length ? new byte[Math.Min(maxBytes, _buffer.Length * 2)] : _buffer;
        _buffer.AsSpan(_start, rest).CopyTo(to);
        (_buffer, _start, _end) = (to, 0, rest);
        return rest;
    }
}
