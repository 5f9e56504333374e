using KafkaBackup.Kafka.Wire;

namespace KafkaBackup.Testing.Kafka;

/// <summary>Writes down what a message holds in one version, so that two messages can be compared field by field.</summary>
internal class TranscriptCodec : WireCodec
{
    private readonly List<TranscriptField> _fields = [];
    private string _scope = "";

    public override bool IsReading => false;

    public static IReadOnlyList<TranscriptField> Of(IWireStruct message, short version, bool flexible) =>
        new TranscriptCodec().Write(message, version, flexible);

    /// <summary>All fields of a message, in its own order.</summary>
    public IReadOnlyList<TranscriptField> Write(IWireStruct message, short version, bool flexible)
    {
        Begin(version, flexible);
        Struct(message);
        return _fields;
    }

    /// <summary>What tells an item of a list apart where its place does not: items that have a name are written by that, and in its order.</summary>
    protected virtual string? NameOf(object item) => null;

    protected override bool OnBoolean(bool value, string field) => Note(field, value);

    protected override sbyte OnInt8(sbyte value, string field) => Note(field, value);

    protected override short OnInt16(short value, string field) => Note(field, value);

    protected override int OnInt32(int value, string field) => Note(field, value);

    protected override long OnInt64(long value, string field) => Note(field, value);

    protected override Guid OnUuid(Guid value, string field) => Note(field, value);

    protected override string? OnString(string? value, bool nullable, string field) => Note(field, value);

    protected override ReadOnlyMemory<byte> OnBytes(ReadOnlyMemory<byte> value, string field)
    {
        Note(field, Convert.ToHexString(value.Span));
        return value;
    }

    protected override RecordSet? OnRecords(RecordSet? value, string field)
    {
        Note(field, value is null ? null : Convert.ToHexString(value.ToMemory().Span));
        return value;
    }

    protected override int OnCount(int count, bool nullable, string field) => Note(field + " count", count);

    protected override bool OnPresence(bool isThere, string field) => Note(field + " there", isThere);

    protected override List<T>? OnList<T>(List<T>? value, bool nullable, Func<T> create, Func<T, T> exchange, string field)
    {
        OnCount(value?.Count ?? -1, nullable, field);
        foreach (var (index, item) in (value ?? []).OrderBy(item => NameOf(item!), StringComparer.Ordinal).Index())
        {
            var place = $"{field}[{NameOf(item!) ?? $"{index}"}]";
            if (item is IWireStruct)
            {
                Within(place, () => exchange(item));
            }
            else
            {
                Note(place, item);
            }
        }

        return value;
    }

    protected override T? OnNullableStruct<T>(T? value, Func<T> create, string field)
        where T : class
    {
        if (OnPresence(value is not null, field))
        {
            Within(field, () => Struct(value!));
        }

        return value;
    }

    protected override void OnTags(List<WireTag> tags, int first)
    {
        foreach (var tag in tags.Skip(first).Where(tag => tag.IsSet).ToList())
        {
            Within($"tag {tag.Number}", tag.Exchange);
        }
    }

    /// <summary>Writes fields below the one of a name.</summary>
    protected void Within(string field, Action write)
    {
        var outer = _scope;
        _scope = $"{outer}{field}.";
        write();
        _scope = outer;
    }

    /// <summary>Writes one field.</summary>
    protected T Note<T>(string field, T value)
    {
        _fields.Add(new TranscriptField(_scope + field, value?.ToString() ?? "null"));
        return value;
    }
}
