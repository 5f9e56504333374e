using System.Collections;
using System.Text;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Testing.Kafka;

/// <summary>Builds records and walks over them as a consumer's batch does.</summary>
/// <remarks>Offsets and timestamps count up by one from the last record unless they are given.</remarks>
public sealed class TestRecords : IReadOnlyCollection<TestRecord>
{
    /// <summary>The timestamp of the first record unless one is given: 2023-11-14T22:13:20Z.</summary>
    public const long FirstTimestamp = 1_700_000_000_000;

    private readonly List<TestRecord> _records = [];

    public int Count => _records.Count;

    private long NextOffset => _records.Count == 0 ? 0 : _records[^1].Offset + 1;

    private long NextTimestamp => _records.Count == 0 ? FirstTimestamp : _records[^1].Timestamp + 1;

    /// <summary>Adds a record of text.</summary>
    public TestRecords Add(
        string? key, string? value, (string Name, string? Value)[]? headers = null, long? offset = null, long? timestamp = null) =>
        Add(Bytes(key), Bytes(value), [.. (headers ?? []).Select(h => new TestHeader(h.Name, h.Value))], offset, timestamp);

    /// <summary>Adds a record of bytes.</summary>
    public TestRecords Add(
        byte[]? key, byte[]? value, IReadOnlyList<TestHeader>? headers = null, long? offset = null, long? timestamp = null)
    {
        _records.Add(new TestRecord(offset ?? NextOffset, timestamp ?? NextTimestamp, key, value, headers ?? []));
        return this;
    }

    /// <summary>Adds a number of small records, each different from the others.</summary>
    public TestRecords AddMany(int count)
    {
        for (var i = 0; i < count; i++)
        {
            Add($"key-{NextOffset}", $"value-{NextOffset}", [("trace", $"{NextOffset}")]);
        }

        return this;
    }

    /// <summary>A cursor before the first of the records.</summary>
    public RecordCursor Cursor() => Cursor(_records);

    /// <summary>A cursor over records from anywhere, which are taken one by one and not kept.</summary>
    public static RecordCursor Cursor(IEnumerable<TestRecord> records) => new TestRecordCursor(records);

    /// <summary>Copies the record a cursor is at, all its headers included.</summary>
    public static TestRecord Copy(RecordCursor cursor)
    {
        var headers = new List<TestHeader>();
        cursor.RestartHeaders();
        while (cursor.MoveNextHeader())
        {
            headers.Add(new TestHeader(cursor.HeaderName.ToArray(), cursor.HeaderValue.ToArray()));
        }

        return new TestRecord(cursor.Offset, cursor.Timestamp, cursor.Key.ToArray(), cursor.Value.ToArray(), headers);
    }

    /// <summary>Copies all the records that a cursor still has before it.</summary>
    public static IReadOnlyList<TestRecord> CopyAll(RecordCursor cursor)
    {
        var records = new List<TestRecord>();
        while (cursor.MoveNext())
        {
            records.Add(Copy(cursor));
        }

        return records;
    }

    public IEnumerator<TestRecord> GetEnumerator() => _records.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static byte[]? Bytes(string? text) => text is null ? null : Encoding.UTF8.GetBytes(text);
}
