using KafkaBackup.Shared.Kafka.Wire;

namespace KafkaBackup.Shared.Tests.Kafka.Wire;

/// <summary>Writes down what a message holds in one version, so that two messages can be compared field by field.</summary>
internal sealed class TranscriptCodec : WireCodec
{
    private readonly List<string> _lines = [];

    public override bool IsReading => false;

    public static IReadOnlyList<string> Of(IWireStruct message, short version, bool flexible)
    {
        var codec = new TranscriptCodec();
        codec.Begin(version, flexible);
        codec.Struct(message);
        return codec._lines;
    }

    protected override bool OnBoolean(bool value, string field) => Note(field, value);

    protected override sbyte OnInt8(sbyte value, string field) => Note(field, value);

    protected override short OnInt16(short value, string field) => Note(field, value);

    protected override int OnInt32(int value, string field) => Note(field, value);

    protected override long OnInt64(long value, string field) => Note(field, value);

    protected override Guid OnUuid(Guid value, string field) => Note(field, value);

    protected override string? OnString(string? value, bool nullable, string field) => Note(field, value);

    protected override RecordSet? OnRecords(RecordSet? value, string field)
    {
        Note(field, value is null ? null : Convert.ToHexString(value.ToMemory().Span));
        return value;
    }

    protected override int OnCount(int count, bool nullable, string field) => Note(field + " count", count);

    protected override bool OnPresence(bool isThere, string field) => Note(field + " there", isThere);

    protected override void OnTags(List<WireTag> tags, int first)
    {
        foreach (var tag in tags.Skip(first).Where(tag => tag.IsSet).ToList())
        {
            Note("tag", tag.Number);
            tag.Exchange();
        }
    }

    private T Note<T>(string field, T value)
    {
        _lines.Add($"{field}={value?.ToString() ?? "null"}");
        return value;
    }
}
