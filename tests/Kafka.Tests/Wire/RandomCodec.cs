using KafkaBackup.Kafka.Wire;

namespace KafkaBackup.Kafka.Tests.Wire;

/// <summary>Fills a message with random values: whatever a version can carry.</summary>
internal sealed class RandomCodec : WireCodec
{
    private static readonly string[] Texts = ["", "a", "orders", "größer", "\u0000", new('x', 200)];

    private readonly Random _random;

    public RandomCodec(int seed, short version, bool flexible)
    {
        _random = new Random(seed);
        Begin(version, flexible);
    }

    public override bool IsReading => true;

    protected override bool OnBoolean(bool value, string field) => _random.Next(2) == 0;

    protected override sbyte OnInt8(sbyte value, string field) => (sbyte)_random.Next(sbyte.MinValue, sbyte.MaxValue + 1);

    protected override short OnInt16(short value, string field) => (short)_random.Next(short.MinValue, short.MaxValue + 1);

    protected override int OnInt32(int value, string field) => _random.Next(int.MinValue, int.MaxValue);

    protected override long OnInt64(long value, string field) => _random.NextInt64(long.MinValue, long.MaxValue);

    protected override Guid OnUuid(Guid value, string field) => new(Bytes(16));

    protected override string? OnString(string? value, bool nullable, string field) =>
        nullable && _random.Next(4) == 0 ? null : Texts[_random.Next(Texts.Length)];

    protected override ReadOnlyMemory<byte> OnBytes(ReadOnlyMemory<byte> value, string field) => Bytes(_random.Next(200));

    protected override RecordSet? OnRecords(RecordSet? value, string field) => _random.Next(4) switch
    {
        0 => null,
        1 => RecordSet.Empty,
        2 => new RecordSet([Bytes(_random.Next(200))]),
        _ => new RecordSet([Bytes(_random.Next(200)), Bytes(300)]),
    };

    protected override int OnCount(int count, bool nullable, string field) => nullable && _random.Next(4) == 0 ? -1 : _random.Next(4);

    protected override bool OnPresence(bool isThere, string field) => _random.Next(2) == 0;

    protected override void OnTags(List<WireTag> tags, int first)
    {
        foreach (var tag in tags.Skip(first).ToList())
        {
            if (_random.Next(2) == 0)
            {
                tag.Exchange();
            }
        }
    }

    private byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }
}
