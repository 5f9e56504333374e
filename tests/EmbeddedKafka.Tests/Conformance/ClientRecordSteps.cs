using System.Text;
using Confluent.Kafka.Admin;
using Confluent.Kafka;

namespace KafkaBackup.EmbeddedKafka.Tests.Conformance;

/// <summary>Records are produced and consumed, and offsets found.</summary>
internal sealed class ClientRecordSteps(ScriptRun run) : ClientSteps(run)
{
    public override async Task TakeAsync()
    {
        using var admin = NewAdmin();
        await MakeTopicAsync(admin, "records", partitions: 2);
        await MakeTopicAsync(admin, "client-stamped", 1, ("message.timestamp.type", "LogAppendTime"));
        await MakeTopicAsync(admin, "client-small", 1, ("max.message.bytes", "500"));
        await MakeTopicAsync(admin, "client-compact", 1, ("cleanup.policy", "compact"));
        await ProduceAllAsync();
        await RefuseAllAsync();
        Read("records consumed", "records");
        Read("records consumed from the middle", "records", from: 3);
        Read("nothing consumed", "records", partition: 1);
        Read("records with the broker's time consumed", "client-stamped");
        await FindAsync(admin);
        await RefuseReadersAsync();
        await DeleteAsync(admin);
    }

    private async Task ProduceAllAsync()
    {
        var time = Time;
        foreach (var codec in Enum.GetValues<CompressionType>())
        {
            using var producer = NewProducer(config => config.CompressionType = codec);
            foreach (var i in Enumerable.Range(0, 2))
            {
                NoteDelivery($"codec {codec}, {i}", await producer.ProduceAsync(Place("records"), Message($"{codec}-{i}", new string('v', 1_000), time += 10)));
            }
        }

        using var idempotent = NewProducer(config => config.EnableIdempotence = true);
        foreach (var i in Enumerable.Range(0, 3))
        {
            NoteDelivery($"idempotent, {i}", await idempotent.ProduceAsync(Place("records"), Message($"once-{i}", "v", time -= 15)));
        }

        var headers = new Headers { { "a", null }, { "a", [] }, { "", [1, 2] }, { "größer", [3] } };
        NoteDelivery("with headers", await idempotent.ProduceAsync(
            Place("records"), new Message<byte[]?, byte[]?> { Headers = headers, Value = [], Timestamp = new Timestamp(Time, TimestampType.CreateTime) }));
        NoteDelivery("without a value", await idempotent.ProduceAsync(Place("records"), Message("", null, Time)));
        NoteDelivery("with the broker's time", await idempotent.ProduceAsync(Place("client-stamped"), Message("k", "v", Time)));
    }

    private async Task RefuseAllAsync()
    {
        using var producer = NewProducer(config =>
        {
            config.MessageTimeoutMs = 5_000;
            config.Set("topic.metadata.propagation.max.ms", "1");
        });
        var ahead = TimeProvider.System.GetUtcNow().AddHours(2).ToUnixTimeMilliseconds();
        await TryAsync("too large", () => producer.ProduceAsync(Place("client-small"), Message("k", new string('v', 600), Time)));
        await TryAsync("too far ahead", () => producer.ProduceAsync(Place("records"), Message("k", "v", ahead)));
        await TryAsync("without a key", () => producer.ProduceAsync(Place("client-compact"), Message(null, "v", Time)));
        await TryAsync("to an unknown topic", () => producer.ProduceAsync(Place("nowhere"), Message("k", "v", Time)));
        await TryAsync("to an unknown partition", () => producer.ProduceAsync(Place("records", 7), Message("k", "v", Time)));
    }

    private async Task FindAsync(IAdminClient admin)
    {
        (string Name, OffsetSpec Spec)[] ends = [("earliest", OffsetSpec.Earliest()), ("latest", OffsetSpec.Latest()), ("greatest time", OffsetSpec.MaxTimestamp())];
        var times = new[] { 0, Time, Time + 11, Time + 75, Time + 100, Time + 101 }.Select(time => ($"time {time}", OffsetSpec.ForTimestamp(time)));
        foreach (var (name, spec) in ends.Concat(times))
        {
            var listed = await admin.ListOffsetsAsync(
                [new TopicPartitionOffsetSpec { TopicPartition = Place("records"), OffsetSpec = spec }], new ListOffsetsOptions { RequestTimeout = Patience });
            Note($"offset of {name}", "Offset", listed.ResultInfos[0].TopicPartitionOffsetError.Offset.Value);
            Note($"offset of {name}", "Timestamp", listed.ResultInfos[0].Timestamp);
        }

        using var consumer = NewConsumer();
        foreach (var partition in new[] { 0, 1 })
        {
            var watermarks = consumer.QueryWatermarkOffsets(Place("records", partition), Patience);
            Note($"watermarks of {partition}", "Low", watermarks.Low.Value);
            Note($"watermarks of {partition}", "High", watermarks.High.Value);
        }

        foreach (var time in new[] { Time, Time + 25, Time + 500 })
        {
            var found = consumer.OffsetsForTimes([new TopicPartitionTimestamp(Place("records"), new Timestamp(time, TimestampType.CreateTime))], Patience);
            Note($"offsets for time {time}", "Offset", found[0].Offset.Value);
        }
    }

    private async Task RefuseReadersAsync()
    {
        await TryAsync("consumed beyond the end", () => Task.Run(() => Read("beyond the end", "records", from: 99)));
        using var consumer = NewConsumer();
        await TryAsync("watermarks of an unknown topic", () => Task.Run(() => consumer.QueryWatermarkOffsets(Place("nowhere"), TimeSpan.FromSeconds(5))));
        await TryAsync("watermarks of an unknown partition", () => Task.Run(() => consumer.QueryWatermarkOffsets(Place("records", 7), TimeSpan.FromSeconds(5))));
    }

    private async Task DeleteAsync(IAdminClient admin)
    {
        Task DeleteAsync(string topic, long offset, int partition = 0) =>
            admin.DeleteRecordsAsync([new TopicPartitionOffset(Run.Own(topic), partition, offset)]);

        await TryAsync("records deleted", () => DeleteAsync("records", 3));
        await TryAsync("records deleted beyond the end", () => DeleteAsync("records", 99));
        await TryAsync("records deleted of a compacted topic", () => DeleteAsync("client-compact", 0));
        await TryAsync("what was deleted consumed", () => Task.Run(() => Read("deleted", "records", from: 2)));
        Read("what was left consumed", "records", from: 3);
        await TryAsync("all records deleted", () => DeleteAsync("records", Offset.End.Value));
        using var consumer = NewConsumer();
        var watermarks = consumer.QueryWatermarkOffsets(Place("records"), Patience);
        Note("watermarks where nothing is left", "Low", watermarks.Low.Value);
        Note("watermarks where nothing is left", "High", watermarks.High.Value);
    }

    private TopicPartition Place(string topic, int partition = 0) => new(Run.Own(topic), partition);

    private static Message<byte[]?, byte[]?> Message(string? key, string? value, long time) => new()
    {
        Key = key is null ? null : Encoding.UTF8.GetBytes(key),
        Value = value is null ? null : Encoding.UTF8.GetBytes(value),
        Timestamp = new Timestamp(time, TimestampType.CreateTime),
    };
}
