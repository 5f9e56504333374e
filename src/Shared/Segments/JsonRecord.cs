using System.Buffers.Text;
using System.Buffers;
using System.Text.Json;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Shared.Segments;

/// <summary>A record of a JSON segment: <c>{"key", "value", "headers": [{"key", "value"}], "timestamp", "offset"}</c>.</summary>
/// <remarks>Key, value and a header's value are base64 or null, a header's key is text. What is not there is null or, of headers, none;
/// time and offset must be there. Other fields are skipped, and a field that comes twice is refused rather than chosen from.</remarks>
internal sealed class JsonRecord : IDisposable
{
    private const int FirstBuffer = 4096;
    private const Names Needed = Names.Offset | Names.Timestamp;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(FirstBuffer);
    private int _used;

    /// <summary>The offset at the source.</summary>
    public long Offset { get; private set; }

    /// <summary>Milliseconds since 1970.</summary>
    public long Timestamp { get; private set; }

    /// <summary>The key, for <see cref="Bytes"/>.</summary>
    public Field Key { get; private set; }

    /// <summary>The value, for <see cref="Bytes"/>.</summary>
    public Field Value { get; private set; }

    /// <summary>The headers in their order.</summary>
    public List<(Field Name, Field Value)> Headers { get; } = [];

    /// <summary>The bytes of a field, valid until the next record is read.</summary>
    public NullableSpan Bytes(Field field) => field.Length < 0 ? NullableSpan.Null : NullableSpan.Of(_bytes.AsSpan(field.At, field.Length));

    /// <summary>Reads a record whose opening brace the reader is at.</summary>
    /// <returns>False when the text ends before the record does. The record then is to be read anew from its start.</returns>
    /// <exception cref="InvalidDataException">It is no record. The message goes on after "record 5".</exception>
    /// <exception cref="JsonException">It is no JSON.</exception>
    /// <exception cref="InvalidOperationException">It has text that is no Unicode.</exception>
    public bool TryRead(ref Utf8JsonReader reader)
    {
        Expect(reader, JsonTokenType.StartObject, "is no object");
        _used = 0;
        Headers.Clear();
        Key = Value = Field.Null;
        var seen = Names.None;
        while (true)
        {
            if (!TryReadName(ref reader, ref seen, out var name))
            {
                return false;
            }

            switch (name)
            {
                case Names.End:
                    return (seen & Needed) == Needed ? true : throw new InvalidDataException("has no offset or no timestamp");
                case Names.Key:
                    Key = ReadBase64(ref reader);
                    break;
                case Names.Value:
                    Value = ReadBase64(ref reader);
                    break;
                case Names.Timestamp:
                    Timestamp = ReadInt64(reader);
                    break;
                case Names.Offset:
                    Offset = ReadInt64(reader);
                    break;
                case Names.Headers when reader.TokenType != JsonTokenType.Null:
                    if (!TryReadHeaders(ref reader))
                    {
                        return false;
                    }

                    break;
                default:
                    if (!reader.TrySkip())
                    {
                        return false;
                    }

                    break;
            }
        }
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
    }

    private bool TryReadHeaders(ref Utf8JsonReader reader)
    {
        Expect(reader, JsonTokenType.StartArray, "has headers that are no array");
        while (true)
        {
            if (!reader.Read())
            {
                return false;
            }

            if (reader.TokenType == JsonTokenType.EndArray)
            {
                return true;
            }

            if (!TryReadHeader(ref reader))
            {
                return false;
            }
        }
    }

    private bool TryReadHeader(ref Utf8JsonReader reader)
    {
        Expect(reader, JsonTokenType.StartObject, "has a header that is no object");
        var (key, value, seen) = (Field.Null, Field.Null, Names.None);
        while (true)
        {
            if (!TryReadName(ref reader, ref seen, out var name))
            {
                return false;
            }

            switch (name)
            {
                case Names.End:
                    Headers.Add(key.Length < 0 ? throw new InvalidDataException("has a header without a key") : (key, value));
                    return true;
                case Names.Key:
                    Expect(reader, JsonTokenType.String, "has a header whose key is no text");
                    key = ReadText(ref reader);
                    break;
                case Names.Value:
                    value = ReadBase64(ref reader);
                    break;
                default:
                    if (!reader.TrySkip())
                    {
                        return false;
                    }

                    break;
            }
        }
    }

    /// <summary>Reads the next field's name and moves to its value, or finds that the object ends.</summary>
    private static bool TryReadName(ref Utf8JsonReader reader, ref Names seen, out Names name)
    {
        name = Names.End;
        if (!reader.Read())
        {
            return false;
        }

        if (reader.TokenType == JsonTokenType.EndObject)
        {
            return true;
        }

        name = reader.ValueTextEquals("key"u8) ? Names.Key
            : reader.ValueTextEquals("value"u8) ? Names.Value
            : reader.ValueTextEquals("headers"u8) ? Names.Headers
            : reader.ValueTextEquals("timestamp"u8) ? Names.Timestamp
            : reader.ValueTextEquals("offset"u8) ? Names.Offset
            : Names.None;
        if ((seen & name) != Names.None)
        {
            throw new InvalidDataException($"has the field {name.ToString().ToLowerInvariant()} twice");
        }

        seen |= name;
        return reader.Read();
    }

    private Field ReadBase64(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return Field.Null;
        }

        Expect(reader, JsonTokenType.String, "has bytes that are no text");
        var field = ReadText(ref reader);
        if (Base64.DecodeFromUtf8InPlace(_bytes.AsSpan(field.At, field.Length), out var length) != OperationStatus.Done)
        {
            throw new InvalidDataException("has bytes that are no base64");
        }

        _used = field.At + length;
        return field with { Length = length };
    }

    private Field ReadText(ref Utf8JsonReader reader)
    {
        // Unescaping never makes text longer.
        var most = reader.ValueSpan.Length;
        if (_bytes.Length - _used < most)
        {
            var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Array.MaxLength, Math.Max(_used + (long)most, _bytes.Length * 2L)));
            _bytes.AsSpan(0, _used).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }

        var field = new Field(_used, reader.CopyString(_bytes.AsSpan(_used)));
        _used += field.Length;
        return field;
    }

    private static long ReadInt64(Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number)
            ? number
            : throw new InvalidDataException("has an offset or a timestamp that is no number of 64 bits");

    private static void Expect(Utf8JsonReader reader, JsonTokenType type, string message)
    {
        if (reader.TokenType != type)
        {
            throw new InvalidDataException(message);
        }
    }

    /// <summary>Where bytes are among those of the record. A length of -1 stands for null.</summary>
    public readonly record struct Field(int At, int Length)
    {
        public static Field Null => new(0, -1);
    }

    [Flags]
    private enum Names
    {
        None = 0,
        Key = 1,
        Value = 2,
        Headers = 4,
        Timestamp = 8,
        Offset = 16,
        End = 32,
    }
}
