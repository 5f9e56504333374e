using System.Text;

namespace KafkaBackup.Testing.Kafka;

/// <summary>A header as it is on the wire: a name that may be empty or repeated, and bytes that may be null.</summary>
public sealed record TestHeader(byte[] Name, byte[]? Value)
{
    public TestHeader(string name, string? value)
        : this(Encoding.UTF8.GetBytes(name), value is null ? null : Encoding.UTF8.GetBytes(value))
    {
    }

    public override string ToString() => $"{TestRecord.Text(Name)}={TestRecord.Text(Value)}";
}

/// <summary>A record in memory. Its text holds every field, so that two of them are best compared by it.</summary>
public sealed record TestRecord(long Offset, long Timestamp, byte[]? Key, byte[]? Value, IReadOnlyList<TestHeader> Headers)
{
    public override string ToString() =>
        $"{Offset} at {Timestamp}: {Text(Key)} -> {Text(Value)} [{string.Join(", ", Headers)}]";

    internal static string Text(byte[]? bytes) => bytes is null ? "null" : $"'{Convert.ToBase64String(bytes)}'";
}
