using System.Buffers;
using System.Text;
using System.Text.Json;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared.Oso;

/// <summary>A manifest of any length, of which one topic is in memory at a time.</summary>
internal sealed class ManifestStream : IManifestSource
{
    private const int FirstBuffer = 64 * 1024;
    private const string TopicsName = "topics";

    private readonly Stream _utf8;
    private readonly string _key;
    private readonly IReadOnlySet<string>? _topics;
    private readonly ArrayBufferWriter<byte> _root = new();
    private readonly Utf8JsonWriter _members;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
    private int _start;
    private int _end;
    private bool _isLast;
    private bool _isThrough;
    private JsonReaderState _state;
    private string? _name;

    private ManifestStream(Stream utf8, string key, IReadOnlySet<string>? topics)
    {
        (_utf8, _key, _topics, Root) = (utf8, key, topics, null!);
        _members = new Utf8JsonWriter(_root);
        _members.WriteStartObject();
    }

    /// <inheritdoc />
    public BackupManifest Root { get; private set; }

    /// <summary>Reads a manifest up to its topics.</summary>
    /// <param name="utf8">The whole object, which is disposed of with this.</param>
    /// <param name="key">Its key, for messages.</param>
    /// <param name="topics">The only topics that are wanted; null: all. Others are passed over.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="StorageException">It cannot be read.</exception>
    public static async Task<ManifestStream> OpenAsync(Stream utf8, string key, IReadOnlySet<string>? topics, CancellationToken cancellation)
    {
        var stream = new ManifestStream(utf8, key, topics);
        try
        {
            if (await stream.TokenAsync(cancellation) != JsonTokenType.StartObject)
            {
                throw new JsonException("it is no object");
            }

            await stream.ReadRootAsync(cancellation);
            return stream;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            await stream.DisposeAsync();
            throw ManifestJson.Unreadable(key, e.Message, e);
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc />
    /// <exception cref="InvalidDataException">Of what belongs before the topics something stands behind them: another program wrote it, and it is to be read whole.</exception>
    public async ValueTask<ManifestTopic?> NextAsync(CancellationToken cancellation)
    {
        try
        {
            while (!_isThrough)
            {
                var (type, value) = await ValueAsync(cancellation);
                if (type == JsonTokenType.EndArray)
                {
                    _isThrough = true;
                    await ReadEndAsync(cancellation);
                }
                else if (_topics is null || NameOf(value.Span) is not { } name || _topics.Contains(name))
                {
                    return ManifestJson.ReadTopic(value.Span, _key);
                }
            }

            return null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // The latter where a name is no text.
        {
            throw ManifestJson.Unreadable(_key, e.Message, e);
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _members.Dispose();
        return _utf8.DisposeAsync();
    }

    /// <summary>Reads the root's members up to the topics, or behind them to the end.</summary>
    private async Task ReadRootAsync(CancellationToken cancellation)
    {
        while ((await ValueAsync(cancellation)).Type == JsonTokenType.PropertyName)
        {
            if (_name == TopicsName && !_isThrough)
            {
                Root = RootSoFar();
                if (await TokenAsync(cancellation) != JsonTokenType.StartArray)
                {
                    throw new JsonException("its topics are no list");
                }

                return;
            }

            _members.WritePropertyName(_name!);
            _members.WriteRawValue((await ValueAsync(cancellation)).Bytes.Span, skipInputValidation: true);
        }

        Root = _isThrough ? RootSoFar() : throw new JsonException("it has no topics");
    }

    private async Task ReadEndAsync(CancellationToken cancellation)
    {
        var before = Root;
        await ReadRootAsync(cancellation);
        if (!ManifestJson.Write(before with { Others = null }).AsSpan().SequenceEqual(ManifestJson.Write(Root with { Others = null })))
        {
            throw new InvalidDataException($"{_key} tells of the backup behind its topics.");
        }

        while (!_isLast)
        {
            RefuseMore();
            await FillAsync(cancellation);
        }

        RefuseMore();
    }

    private void RefuseMore()
    {
        if (TryToken(out _)) // The reader itself refuses all but white space.
        {
            throw new JsonException("it goes on behind its end");
        }
    }

    /// <summary>The name of a topic; null where it is not plain.</summary>
    private static string? NameOf(ReadOnlySpan<byte> topic)
    {
        var reader = new Utf8JsonReader(topic);
        var isObject = reader.Read() && reader.TokenType == JsonTokenType.StartObject;
        while (isObject && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isName = reader.ValueTextEquals("name"u8);
            reader.Read();
            if (isName)
            {
                return reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            }

            reader.Skip();
        }

        return null;
    }

    private BackupManifest RootSoFar()
    {
        _members.Flush();
        var comma = _root.WrittenCount > 1 ? "," : "";
        return ManifestJson.Read([.. _root.WrittenSpan, .. Encoding.UTF8.GetBytes($"{comma}\"{TopicsName}\":[]}}")], _key);
    }

    private async ValueTask<JsonTokenType> TokenAsync(CancellationToken cancellation)
    {
        JsonTokenType type;
        while (!TryToken(out type))
        {
            await FillAsync(cancellation);
        }

        return type;
    }

    /// <summary>The next value with all that is in it; a member's name, which is in <see cref="_name"/> then; or the end of the list or object.</summary>
    private async ValueTask<(JsonTokenType Type, ReadOnlyMemory<byte> Bytes)> ValueAsync(CancellationToken cancellation)
    {
        JsonTokenType type;
        int from, length;
        while (!TryValue(out type, out from, out length))
        {
            await FillAsync(cancellation);
        }

        return (type, _buffer.AsMemory(from, length));
    }

    private bool TryToken(out JsonTokenType type)
    {
        var reader = new Utf8JsonReader(_buffer.AsSpan(_start, _end - _start), _isLast, _state);
        var isRead = reader.Read();
        type = reader.TokenType;
        return isRead && Advance(reader);
    }

    private bool TryValue(out JsonTokenType type, out int from, out int length)
    {
        var reader = new Utf8JsonReader(_buffer.AsSpan(_start, _end - _start), _isLast, _state);
        (type, from, length) = (default, 0, 0);
        if (!reader.Read())
        {
            return false;
        }

        type = reader.TokenType;
        _name = type == JsonTokenType.PropertyName ? reader.GetString() : _name;
        from = _start + (int)reader.TokenStartIndex;
        if (type is JsonTokenType.StartObject or JsonTokenType.StartArray && !reader.TrySkip())
        {
            return false;
        }

        length = _start + (int)reader.BytesConsumed - from;
        return Advance(reader);
    }

    private bool Advance(in Utf8JsonReader reader)
    {
        _start += (int)reader.BytesConsumed;
        _state = reader.CurrentState;
        return true;
    }

    /// <summary>Gets more bytes behind those that are not used up.</summary>
    private async ValueTask FillAsync(CancellationToken cancellation)
    {
        if (_isLast)
        {
            throw new JsonException("it is cut off");
        }

        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end > _buffer.Length / 2)
        {
            if (_buffer.Length > Array.MaxLength / 2)
            {
                throw new InvalidDataException($"A topic of {_key} is too long to be read by itself.");
            }

            var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
            _buffer.AsSpan(0, _end).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        try
        {
            _end += await _utf8.ReadAtLeastAsync(_buffer.AsMemory(_end), _buffer.Length - _end, throwOnEndOfStream: false, cancellation);
        }
        catch (IOException e)
        {
            throw new StorageException(_key, $"{_key} cannot be read: {e.Message.TrimEnd('.')}.", e) { IsRetryable = true };
        }

        _isLast = _end < _buffer.Length;
    }
}
