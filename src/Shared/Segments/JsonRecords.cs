using System.Buffers;
using System.Text.Json;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared.Segments;

/// <summary>Walks over a JSON array of records that comes out of a stream. Of the text only the record at hand is in memory.</summary>
/// <remarks>Memory grows with the longest record that is really there. Depth is limited by the JSON reader, which does not recurse.</remarks>
internal sealed class JsonRecords(Stream text, string key) : IDisposable
{
    private const int FirstBuffer = 64 * 1024;

    private Stream _text = text;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
    private int _start;
    private int _filled;
    private bool _isAllRead;
    private bool _isInArray;
    private bool _isOver;
    private long _number;
    private JsonReaderState _state;

    /// <summary>The record at hand; it is the same object each time.</summary>
    public JsonRecord Current { get; } = new();

    /// <summary>Moves to the next record.</summary>
    /// <exception cref="StorageException">The text is no array of records; the message says where it is not.</exception>
    public bool MoveNext()
    {
        if (_isOver)
        {
            return false;
        }

        _number++;
        while (!TryRead())
        {
            // With all of the text the JSON reader finds fault instead of asking for more. An endless loop would be the price of being wrong.
            if (_isAllRead)
            {
                throw Damaged("its JSON ends too early");
            }

            ReadText();
        }

        return !_isOver;
    }

    public void Dispose()
    {
        _text.Dispose();
        _text = Stream.Null; // Whoever still holds the cursor does not hold the object.
        Current.Dispose();
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _isOver = true;
    }

    /// <summary>Reads a record or the end of the array; false, and nothing is read, when not enough text is there.</summary>
    private bool TryRead()
    {
        try
        {
            var reader = new Utf8JsonReader(_buffer.AsSpan(_start, _filled - _start), _isAllRead, _state);
            if (!TryRead(ref reader))
            {
                return false;
            }

            _isInArray = true;
            _start += (int)reader.BytesConsumed;
            _state = reader.CurrentState;
            return true;
        }
        catch (InvalidDataException e)
        {
            throw Damaged($"record {_number} of its JSON {e.Message}", e);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException is what the reader says to text that is no UTF-8.
            throw Damaged($"record {_number} of its JSON cannot be read ({e.Message.TrimEnd('.')})", e);
        }
    }

    private bool TryRead(ref Utf8JsonReader reader)
    {
        if (!reader.Read())
        {
            return false;
        }

        if (!_isInArray)
        {
            if (reader.TokenType != JsonTokenType.StartArray)
            {
                throw Damaged("its JSON is no array");
            }

            if (!reader.Read())
            {
                return false;
            }
        }

        if (reader.TokenType == JsonTokenType.EndArray)
        {
            // There must be nothing more, which the reader only knows when it has all of the text.
            _isOver = !reader.Read() && _isAllRead;
            return _isOver;
        }

        return Current.TryRead(ref reader);
    }

    /// <summary>Adds text, until the buffer is full or there is no more. So what is read again after it is not read many times.</summary>
    private void ReadText()
    {
        _buffer.AsSpan(_start, _filled - _start).CopyTo(_buffer);
        _filled -= _start;
        _start = 0;
        if (_filled == _buffer.Length)
        {
            if (_buffer.Length == Array.MaxLength)
            {
                throw Damaged($"record {_number} of its JSON takes more than {Array.MaxLength} bytes");
            }

            var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Array.MaxLength, _buffer.Length * 2L));
            _buffer.CopyTo(larger, 0);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        try
        {
            var read = _text.ReadAtLeast(_buffer.AsSpan(_filled), _buffer.Length - _filled, throwOnEndOfStream: false);
            _isAllRead = read < _buffer.Length - _filled;
            _filled += read;
        }
        catch (Exception e) when (BodyStreams.IsDamage(e))
        {
            throw Damaged($"its content cannot be decompressed ({e.Message.TrimEnd('.')})", e);
        }
    }

    private StorageException Damaged(string why, Exception? inner = null) => new(key, $"{key} is damaged: {why}.", inner);
}
