using System.Buffers.Binary;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;
using KafkaBackup.Kafka.Wire.Records;
using KafkaBackup.Shared;

namespace KafkaBackup.EmbeddedKafka.Tests.Conformance;

/// <summary>Batches are appended and refused, outside of transactions.</summary>
internal sealed class RawProducerSteps(ScriptRun run) : RawSteps(run)
{
    private readonly Dictionary<string, Guid> _ids = [];

    public override async Task TakeAsync()
    {
        _ids["kept"] = await MakeTopicAsync("kept");
        _ids["stamped"] = await MakeTopicAsync("stamped", 1, ("message.timestamp.type", "LogAppendTime"));
        _ids["compact"] = await MakeTopicAsync("compact", 1, ("cleanup.policy", "compact"));
        _ids["small"] = await MakeTopicAsync("small", 1, ("max.message.bytes", "500"));
        _ids["nowhere"] = new Guid("00000000-0000-0000-0000-0000000000ff");
        foreach (var version in Versions(ApiKey.Produce))
        {
            await AppendAllAsync(version);
            await RefuseAllAsync(version);
            await CountSequencesAsync(version);
        }
    }

    private async Task AppendAllAsync(short version)
    {
        foreach (var codec in Enum.GetValues<BatchCodec>())
        {
            await AskAsync(version, $"codec {codec}", "kept", Batch(codec: codec));
        }

        await AskAsync(version, "one acknowledgement", "kept", Batch(), acks: 1);
        await AskAsync(version, "broker's time", "stamped", Batch());
        await AskAsync(version, "broker's time, compressed", "stamped", Batch(codec: BatchCodec.Gzip));
        await AskAsync(version, "compacted", "compact", Batch());
        await AskAsync(version, "little", "small", Batch());
    }

    private async Task RefuseAllAsync(short version)
    {
        var now = TimeProvider.System.GetUtcNow();
        await AskAsync(version, "unknown topic", "nowhere", Batch());
        await AskAsync(version, "unknown partition", "kept", Batch(), partition: 7);
        await AskAsync(version, "acknowledgements of two", "kept", Batch(), acks: 2);
        await AskAsync(version, "too large", "small", Batch(size: 600));
        await AskAsync(version, "no key", "compact", Batch(hasKeys: false));
        await AskAsync(version, "no key, compressed", "compact", Batch(hasKeys: false, codec: BatchCodec.Gzip));
        await AskAsync(version, "timestamp ahead", "kept", Batch(timestamp: now.AddHours(2).ToUnixTimeMilliseconds()));
        await AskAsync(version, "timestamp ahead, compressed", "kept", Batch(timestamp: now.AddHours(2).ToUnixTimeMilliseconds(), codec: BatchCodec.Gzip));
        await AskAsync(version, "no bytes", "kept", Array.Empty<byte>());
        await AskAsync(version, "two batches", "kept", (byte[])[.. Batch(), .. Batch()]);
        await AskAsync(version, "cut", "kept", Batch()[..^5]);
        await AskAsync(version, "wrong checksum", "kept", Changed(RecordBatchLayout.Records, 1, seal: false));
        await AskAsync(version, "wrong magic", "kept", Changed(RecordBatchLayout.Magic, 3));
        await AskAsync(version, "old magic", "kept", Changed(RecordBatchLayout.Magic, 1));
        await AskAsync(version, "broker's time claimed", "kept", Changed(RecordBatchLayout.Attributes + 1, 8));
        await AskAsync(version, "control records", "kept", Changed(RecordBatchLayout.Attributes + 1, 32));
        await AskAsync(version, "wrong count", "kept", Changed(RecordBatchLayout.RecordCount + 3, 2));
        await AskAsync(version, "wrong last offset", "kept", Changed(RecordBatchLayout.LastOffsetDelta + 3, 1));
        await AskAsync(version, "damaged record", "kept", Changed(RecordBatchLayout.Records, 3));
        await AskAsync(version, "offset of its own", "kept", Changed(RecordBatchLayout.BaseOffset + 7, 9));
        await AskAsync(version, "another greatest time", "kept", Changed(RecordBatchLayout.MaxTimestamp + 7, 0));
        await AskAsync(version, "transaction of nobody", "kept", Changed(RecordBatchLayout.Attributes + 1, 16));
    }

    private async Task CountSequencesAsync(short version)
    {
        var producer = await InitAsync();
        var young = new InitProducerIdResponse { ProducerId = producer.ProducerId, ProducerEpoch = 2 };
        await AskAsync(version, "first sequence", "kept", Batch(producer: producer, sequence: 0));
        await AskAsync(version, "second sequence", "kept", Batch(producer: producer, sequence: 3));
        await AskAsync(version, "first sequence again", "kept", Batch(producer: producer, sequence: 0));
        await AskAsync(version, "second sequence again", "kept", Batch(producer: producer, sequence: 3));
        await AskAsync(version, "gap", "kept", Batch(producer: producer, sequence: 7));
        await AskAsync(version, "overlap", "kept", Batch(producer: producer, sequence: 4));
        await AskAsync(version, "new epoch in the middle", "kept", Batch(producer: young, sequence: 6));
        await AskAsync(version, "new epoch", "kept", Batch(producer: young, sequence: 0));
        await AskAsync(version, "old epoch", "kept", Batch(producer: producer, sequence: 6));
        await AskAsync(version, "no sequence", "kept", Batch(producer: young));
        await AskAsync(version, "unknown producer in the middle", "kept", Batch(producer: await InitAsync(), sequence: 5));
        await AskAsync(version, "transaction without an id", "kept", Batch(producer: young, sequence: 3, isTransactional: true));
    }

    private Task AskAsync(short version, string step, string topic, ReadOnlyMemory<byte>? batch, int partition = 0, short acks = -1) =>
        AskAsync<ProduceResponse>(ApiKey.Produce, version, step, Producing(topic, _ids[topic], batch, partition, acks));

    private static byte[] Changed(int at, byte value, bool seal = true)
    {
        var batch = Batch();
        batch[at] = value;
        if (seal)
        {
            BinaryPrimitives.WriteUInt32BigEndian(batch.AsSpan(RecordBatchLayout.Crc), Crc32C.Compute(batch.AsSpan(RecordBatchLayout.CrcStart)));
        }

        return batch;
    }
}
