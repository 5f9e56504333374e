using System.Runtime.CompilerServices;

namespace KafkaBackup.Kafka.Wire;

/// <summary>Walks over the fields of a message in one version. The same walk reads and writes, so both sides cannot disagree.</summary>
/// <remarks>Each method takes the field's value and returns it, a reader the one it read. A field that the version lacks (<c>present</c> is false)
/// keeps its value. The name of the field comes from the caller's expression and serves error messages alone.</remarks>
internal abstract class WireCodec
{
    private readonly List<WireTag> _tags = [];

    /// <summary>Whether fields are filled rather than sent.</summary>
    public abstract bool IsReading { get; }

    /// <summary>The version of the message at hand.</summary>
    public short Version { get; private set; }

    /// <summary>Whether this version has compact lengths and tagged fields.</summary>
    public bool IsFlexible { get; private set; }

    /// <summary>Whether the version is <paramref name="version"/> or later.</summary>
    public bool Since(short version) => Version >= version;

    /// <summary>Whether the version is <paramref name="version"/> or earlier.</summary>
    public bool Until(short version) => Version <= version;

    /// <summary>A field of one byte, 0 or 1.</summary>
    public bool Boolean(bool value, bool present = true, [CallerArgumentExpression(nameof(value))] string field = "") =>
        present ? OnBoolean(value, field) : value;

    /// <summary>A field of one signed byte.</summary>
    public sbyte Int8(sbyte value, bool present = true, [CallerArgumentExpression(nameof(value))] string field = "") =>
        present ? OnInt8(value, field) : value;

    /// <summary>A field of two bytes.</summary>
    public short Int16(short value, bool present = true, [CallerArgumentExpression(nameof(value))] string field = "") =>
        present ? OnInt16(value, field) : value;

    /// <summary>An error code.</summary>
    public KafkaError Error(KafkaError value, bool present = true, [CallerArgumentExpression(nameof(value))] string field = "") =>
        present ? (KafkaError)OnInt16((short)value, field) : value;

    /// <summary>A field of four bytes.</summary>
    public int Int32(int value, bool present = true, [CallerArgumentExpression(nameof(value))] string field = "") =>
        present ? OnInt32(value, field) : value;

    /// <summary>A field of eight bytes.</summary>
    public long Int64(long value, bool present = true, [CallerArgumentExpression(nameof(value))] string field = "") =>
        present ? OnInt64(value, field) : value;

    /// <summary>An id of sixteen bytes.</summary>
    public Guid Uuid(Guid value, bool present = true, [CallerArgumentExpression(nameof(value))] string field = "") =>
        present ? OnUuid(value, field) : value;

    /// <summary>Text that is never null.</summary>
    public string String(string value, bool present = true, [CallerArgumentExpression(nameof(value))] string field = "") =>
        present ? OnString(value, nullable: false, field)! : value;

    /// <summary>Text that may be null.</summary>
    public string? NullableString(string? value, bool present = true, [CallerArgumentExpression(nameof(value))] string field = "") =>
        present ? OnString(value, nullable: true, field) : value;

    /// <summary>Text that is null in some versions only.</summary>
    public string? StringOrNull(string? value, bool nullable, bool present = true, [CallerArgumentExpression(nameof(value))] string field = "") =>
        present ? OnString(value, nullable, field) : value;

    /// <summary>Bytes of which the message says nothing more.</summary>
    public ReadOnlyMemory<byte> Bytes(ReadOnlyMemory<byte> value, [CallerArgumentExpression(nameof(value))] string field = "") => OnBytes(value, field);

    /// <summary>Record batches, or null.</summary>
    public RecordSet? Records(RecordSet? value, [CallerArgumentExpression(nameof(value))] string field = "") => OnRecords(value, field);

    /// <summary>A list of structures.</summary>
    public List<T> List<T>(List<T> value, bool present = true, [CallerArgumentExpression(nameof(value))] string field = "")
        where T : class, IWireStruct, new() =>
        present ? OnList(value, nullable: false, () => new T(), Struct, field)! : value;

    /// <summary>A list of structures that may be null.</summary>
    public List<T>? NullableList<T>(
        List<T>? value, bool nullable = true, bool present = true, [CallerArgumentExpression(nameof(value))] string field = "")
        where T : class, IWireStruct, new() =>
        present ? OnList(value, nullable, () => new T(), Struct, field) : value;

    /// <summary>A list of numbers.</summary>
    public List<int> Int32List(List<int> value, bool present = true, [CallerArgumentExpression(nameof(value))] string field = "") =>
        present ? OnList(value, nullable: false, () => 0, item => OnInt32(item, field), field)! : value;

    /// <summary>A list of numbers that may be null.</summary>
    public List<int>? NullableInt32List(List<int>? value, [CallerArgumentExpression(nameof(value))] string field = "") =>
        OnList(value, nullable: true, () => 0, item => OnInt32(item, field), field);

    /// <summary>A list of texts.</summary>
    public List<string> StringList(List<string> value, bool present = true, [CallerArgumentExpression(nameof(value))] string field = "") =>
        present ? OnList(value, nullable: false, () => "", item => OnString(item, nullable: false, field)!, field)! : value;

    /// <summary>A list of texts that may be null.</summary>
    public List<string>? NullableStringList(List<string>? value, [CallerArgumentExpression(nameof(value))] string field = "") =>
        OnList(value, nullable: true, () => "", item => OnString(item, nullable: false, field)!, field);

    /// <summary>A structure that may be null.</summary>
    public T? NullableStruct<T>(T? value, [CallerArgumentExpression(nameof(value))] string field = "")
        where T : class, IWireStruct, new() =>
        OnNullableStruct(value, () => new T(), field);

    /// <summary>A structure, with the tagged fields that every one ends with in flexible versions.</summary>
    public T Struct<T>(T value)
        where T : class, IWireStruct
    {
        var mark = _tags.Count;
        value.Exchange(this);
        if (IsFlexible)
        {
            OnTags(_tags, mark);
            _tags.RemoveRange(mark, _tags.Count - mark);
        }

        return value;
    }

    /// <summary>A tagged field of the structure at hand; call it with ascending numbers, after the structure's other fields.</summary>
    /// <param name="number">The tag.</param>
    /// <param name="isSet">Whether a writer sends it.</param>
    /// <param name="exchange">Walks over the field's value.</param>
    public void Tag(int number, bool isSet, Action exchange)
    {
        if (IsFlexible)
        {
            _tags.Add(new WireTag(number, isSet, exchange));
        }
    }

    /// <summary>Says which version follows.</summary>
    public void Begin(short version, bool flexible)
    {
        Version = version;
        IsFlexible = flexible;
    }

    /// <inheritdoc cref="Boolean"/>
    protected abstract bool OnBoolean(bool value, string field);

    /// <inheritdoc cref="Int8"/>
    protected abstract sbyte OnInt8(sbyte value, string field);

    /// <inheritdoc cref="Int16"/>
    protected abstract short OnInt16(short value, string field);

    /// <inheritdoc cref="Int32"/>
    protected abstract int OnInt32(int value, string field);

    /// <inheritdoc cref="Int64"/>
    protected abstract long OnInt64(long value, string field);

    /// <inheritdoc cref="Uuid"/>
    protected abstract Guid OnUuid(Guid value, string field);

    /// <inheritdoc cref="NullableString"/>
    protected abstract string? OnString(string? value, bool nullable, string field);

    /// <inheritdoc cref="Bytes"/>
    protected abstract ReadOnlyMemory<byte> OnBytes(ReadOnlyMemory<byte> value, string field);

    /// <inheritdoc cref="Records"/>
    protected abstract RecordSet? OnRecords(RecordSet? value, string field);

    /// <summary>The number of a list's items, -1 for null.</summary>
    protected abstract int OnCount(int count, bool nullable, string field);

    /// <summary>Whether a structure that may be null is there.</summary>
    protected abstract bool OnPresence(bool isThere, string field);

    /// <summary>The tagged fields of a structure: those of <paramref name="tags"/> from <paramref name="first"/> on, and unknown ones.</summary>
    protected abstract void OnTags(List<WireTag> tags, int first);

    /// <summary>A structure that may be null.</summary>
    protected virtual T? OnNullableStruct<T>(T? value, Func<T> create, string field)
        where T : class, IWireStruct =>
        OnPresence(value is not null, field) ? Struct(value ?? create()) : null;

    /// <summary>A list, item by item.</summary>
    protected virtual List<T>? OnList<T>(List<T>? value, bool nullable, Func<T> create, Func<T, T> exchange, string field)
    {
        var count = OnCount(value?.Count ?? -1, nullable, field);
        if (!IsReading || count < 0)
        {
            value?.ForEach(item => exchange(item));
            return count < 0 ? null : value;
        }

        // Grows with what is really there: the count alone is only a claim.
        var items = new List<T>(Math.Min(count, 16));
        for (var i = 0; i < count; i++)
        {
            items.Add(exchange(create()));
        }

        return items;
    }
}
