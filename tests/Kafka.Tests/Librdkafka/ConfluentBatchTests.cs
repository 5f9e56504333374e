using System.Text;
using Confluent.Kafka;
using KafkaBackup.Kafka.Librdkafka;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Librdkafka;

public sealed class ConfluentBatchTests
{
    [Fact]
    public void Keys_and_values_stay_what_they_were_while_the_buffer_grows()
    {
        using var batch = new ConfluentBatch();
        var values = Enumerable.Range(0, 300).Select(number => Enumerable.Repeat((byte)number, number * 17).ToArray()).ToList();
        for (var offset = 0; offset < values.Count; offset++)
        {
            Add(batch, offset, BitConverter.GetBytes(offset), values[offset]);
        }

        for (var offset = 0; offset < values.Count; offset++)
        {
            Assert.True(batch.MoveNext());
            Assert.Equal(offset, batch.Offset);
            Assert.Equal(BitConverter.GetBytes(offset), batch.Key.Bytes);
            Assert.Equal(values[offset], batch.Value.Bytes);
        }

        Assert.False(batch.MoveNext());
        Assert.Equal(values.Count, batch.Next);
        Assert.Equal(values.Sum(value => value.Length + 4), batch.Bytes);
    }

    [Fact]
    public void Null_is_not_empty()
    {
        using var batch = new ConfluentBatch();
        Add(batch, 7, null, []);
        Add(batch, 8, [], null);

        Assert.True(batch.MoveNext());
        Assert.True(batch.Key.IsNull);
        Assert.False(batch.Value.IsNull);
        Assert.Equal(0, batch.Value.Bytes.Length);
        Assert.True(batch.MoveNext());
        Assert.False(batch.Key.IsNull);
        Assert.True(batch.Value.IsNull);
    }

    [Fact]
    public void Bytes_that_become_no_record_do_not_reach_the_next_one()
    {
        using var batch = new ConfluentBatch();
        batch.Copy("of a record after the range"u8);
        Add(batch, 1, null, Encoding.UTF8.GetBytes("wanted"));

        Assert.True(batch.MoveNext());
        Assert.Equal("wanted"u8, batch.Value.Bytes);
        Assert.Equal(1, batch.Count);
    }

    [Fact]
    public void A_batch_used_again_has_only_its_new_records_and_headers()
    {
        using var batch = new ConfluentBatch();
        Add(batch, 1, null, new byte[8 * 1024 * 1024], new Headers { { "old", [1] } });
        Assert.True(batch.MoveNext());
        Assert.True(batch.MoveNextHeader());

        batch.Clear();
        Assert.Equal((0, 0), (batch.Count, batch.Bytes));
        Add(batch, 5, [5], [6], new Headers { { "ä", null! }, { "", [] } });

        Assert.True(batch.MoveNext());
        Assert.Equal(2, batch.HeaderCount);
        Assert.True(batch.MoveNextHeader());
        Assert.Equal("ä"u8, batch.HeaderName);
        Assert.True(batch.HeaderValue.IsNull);
        Assert.True(batch.MoveNextHeader());
        Assert.Equal(0, batch.HeaderName.Length);
        Assert.False(batch.HeaderValue.IsNull);
        Assert.False(batch.MoveNextHeader());
        Assert.False(batch.MoveNext());
    }

    [Fact]
    public void A_record_without_a_timestamp_says_so()
    {
        using var batch = new ConfluentBatch();
        Add(batch, 1, null, [], timestamp: Timestamp.Default);

        Assert.True(batch.MoveNext());
        Assert.Equal(-1, batch.Timestamp);
    }

    private static void Add(ConfluentBatch batch, long offset, byte[]? key, byte[]? value, Headers? headers = null, Timestamp? timestamp = null)
    {
        var deserializer = new BatchDeserializer { Target = batch };
        batch.Add(new ConsumeResult<BatchSlice, BatchSlice>
        {
            Offset = offset,
            Message = new Message<BatchSlice, BatchSlice>
            {
                Key = deserializer.Deserialize(key, key is null, default),
                Value = deserializer.Deserialize(value, value is null, default),
                Headers = headers,
                Timestamp = timestamp ?? new Timestamp(offset, TimestampType.CreateTime),
            },
        });
    }
}
