using System.Text;
using KafkaBackup.Kafka.Wire;

namespace KafkaBackup.Kafka.Tests.Wire;

/// <summary>Writes down the types of a message's fields instead of their values.</summary>
internal sealed class SignatureCodec : WireCodec
{
    private StringBuilder _text = new();

    public override bool IsReading => true;

    /// <summary>A message's fields: <c>[x]</c> is a list, <c>{}</c> a structure, <c>?</c> may be null, <c>&lt;0=x&gt;</c> are tagged fields.</summary>
    public static string Of(IWireStruct message, short version, bool flexible)
    {
        var codec = new SignatureCodec();
        codec.Begin(version, flexible);
        codec.Struct(message);
        return codec._text.ToString();
    }

    protected override bool OnBoolean(bool value, string field) => Note("bool", value);

    protected override sbyte OnInt8(sbyte value, string field) => Note("i8", value);

    protected override short OnInt16(short value, string field) => Note("i16", value);

    protected override int OnInt32(int value, string field) => Note("i32", value);

    protected override long OnInt64(long value, string field) => Note("i64", value);

    protected override Guid OnUuid(Guid value, string field) => Note("uuid", value);

    protected override string? OnString(string? value, bool nullable, string field) => Note(nullable ? "str?" : "str", value);

    protected override ReadOnlyMemory<byte> OnBytes(ReadOnlyMemory<byte> value, string field) => Note("bytes", value);

    protected override RecordSet? OnRecords(RecordSet? value, string field) => Note("records?", value);

    protected override List<T>? OnList<T>(List<T>? value, bool nullable, Func<T> create, Func<T, T> exchange, string field)
        where T : default
    {
        Note("[" + Inner(() => exchange(create()), typeof(IWireStruct).IsAssignableFrom(typeof(T))) + "]" + (nullable ? "?" : ""), 0);
        return value;
    }

    protected override T? OnNullableStruct<T>(T? value, Func<T> create, string field)
        where T : class
    {
        Note(Inner(() => Struct(create()), braces: true) + "?", 0);
        return value;
    }

    protected override int OnCount(int count, bool nullable, string field) => throw new NotSupportedException();

    protected override bool OnPresence(bool isThere, string field) => throw new NotSupportedException();

    protected override void OnTags(List<WireTag> tags, int first)
    {
        // Exchanging a tagged structure adds its own tags behind these.
        var own = tags.Skip(first).ToList();
        if (own.Count > 0)
        {
            Note("<" + string.Join(' ', own.Select(tag => $"{tag.Number}={Inner(tag.Exchange, braces: false)}")) + ">", 0);
        }
    }

    private T Note<T>(string type, T value)
    {
        _text.Append(_text.Length > 0 ? " " : "").Append(type);
        return value;
    }

    private string Inner(Action exchange, bool braces)
    {
        var outer = _text;
        _text = new StringBuilder();
        exchange();
        var inner = _text.ToString();
        _text = outer;
        return braces ? "{" + inner + "}" : inner;
    }
}
