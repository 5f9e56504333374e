using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;
using KafkaBackup.Kafka.Wire.Records;
using KafkaBackup.Testing;

namespace KafkaBackup.EmbeddedKafka.Tests.Conformance;

/// <summary>Offsets are found by time and by epoch, and the first one is moved.</summary>
internal sealed class RawOffsetSteps(ScriptRun run) : RawSteps(run)
{
    public override async Task TakeAsync()
    {
        await PrepareAsync();
        foreach (var version in Versions(ApiKey.ListOffsets))
        {
            await ListAsync(version);
        }

        foreach (var version in Versions(ApiKey.OffsetForLeaderEpoch))
        {
            await FindEpochsAsync(version);
        }

        foreach (var version in Versions(ApiKey.DeleteRecords))
        {
            await DeleteAsync(version);
        }
    }

    /// <summary>Partition 0 has times up and down, 1 an open transaction, 2 nothing, 3 nothing any more.</summary>
    private async Task PrepareAsync()
    {
        await MakeTopicAsync("offsets", partitions: 4);
        await AppendAsync("offsets", Batch(timestamp: Time + 100));
        await AppendAsync("offsets", Batch(timestamp: Time + 50, codec: BatchCodec.Zstd));
        await AppendAsync("offsets", Batch(timestamp: Time + 102));
        await AppendAsync("offsets", Batch(timestamp: Time + 90));
        await AppendAsync("offsets", Batch(), partition: 1);
        var producer = await InitAsync("offsets");
        await AppendAsync("offsets", Batch(producer: producer, sequence: 0, isTransactional: true, timestamp: Time + 10), 1, "offsets");
        await AppendAsync("offsets", Batch(), partition: 3);
        await QuietlyAsync<DeleteRecordsResponse>(ApiKey.DeleteRecords, 2, Deleting("offsets", 3, -1));
        await MakeTopicAsync("offsets-stamped", 1, ("message.timestamp.type", "LogAppendTime"));
        await AppendAsync("offsets-stamped", Batch());
    }

    private async Task ListAsync(short version)
    {
        foreach (var time in new[] { -1, -2, -3, -4, -5, -6, -7, 0, Time, Time + 50, Time + 51, Time + 100, Time + 103, Time + 104, Time + 105, long.MaxValue })
        {
            await ListAsync(version, $"time {time}", time);
        }

        foreach (var time in new[] { -1, -2, -3, 0, Time + 5, Time + 10, Time + 12, Time + 13 })
        {
            await ListAsync(version, $"time {time} where a transaction is open", time, partition: 1);
            await ListAsync(version, $"time {time} committed", time, partition: 1, isolation: 1);
        }

        foreach (var time in new[] { -1, -2, -3, 0 })
        {
            await ListAsync(version, $"time {time} where nothing is", time, partition: 2);
            await ListAsync(version, $"time {time} where nothing is left", time, partition: 3);
            await ListAsync(version, $"time {time} of the broker's clock", time, topic: "offsets-stamped");
        }

        await ListAsync(version, "unknown partition", -1, partition: 9);
        await ListAsync(version, "unknown topic", -1, topic: "nowhere");
        foreach (var epoch in new[] { 0, 7, -3 })
        {
            await ListAsync(version, $"leader epoch {epoch}", -1, epoch: epoch);
        }

        await AskAsync<ListOffsetsResponse>(ApiKey.ListOffsets, version, "several", new ListOffsetsRequest
        {
            Topics =
            [
                new()
                {
                    Name = Run.Own("offsets"),
                    Partitions = [new() { Index = 2, Timestamp = -1 }, new() { Index = 0, Timestamp = -2 }, new() { Index = 1, Timestamp = -1 }],
                },
            ],
        });
        await AskAsync<ListOffsetsResponse>(ApiKey.ListOffsets, version, "one twice", new ListOffsetsRequest
        {
            Topics = [new() { Name = Run.Own("offsets"), Partitions = [new() { Index = 0, Timestamp = -1 }, new() { Index = 0, Timestamp = -2 }] }],
        });
    }

    private Task ListAsync(short version, string step, long time, string topic = "offsets", int partition = 0, sbyte isolation = 0, int epoch = -1) =>
        AskAsync<ListOffsetsResponse>(ApiKey.ListOffsets, version, step, new ListOffsetsRequest
        {
            IsolationLevel = isolation,
            TimeoutMs = TestLimits.HangMs,
            Topics = [new() { Name = Run.Own(topic), Partitions = [new() { Index = partition, Timestamp = time, CurrentLeaderEpoch = epoch }] }],
        });

    private async Task FindEpochsAsync(short version)
    {
        foreach (var epoch in new[] { int.MinValue, -2, -1, 0, 1, int.MaxValue })
        {
            await FindEpochAsync(version, $"epoch {epoch}", epoch);
            await FindEpochAsync(version, $"epoch {epoch}, asked by a consumer", epoch, replica: -1);
            await FindEpochAsync(version, $"epoch {epoch} where a transaction is open", epoch, partition: 1);
            await FindEpochAsync(version, $"epoch {epoch} where nothing is", epoch, partition: 2);
            await FindEpochAsync(version, $"epoch {epoch} where nothing is left", epoch, partition: 3);
        }

        foreach (var current in new[] { int.MinValue, -2, 0, 1, int.MaxValue })
        {
            await FindEpochAsync(version, $"current epoch {current}", epoch: 0, current: current);
            await FindEpochAsync(version, $"current epoch {current} and one to come", epoch: 1, current: current);
        }

        await FindEpochAsync(version, "unknown partition", epoch: 0, partition: 9);
        await FindEpochAsync(version, "unknown partition, current epoch 7", epoch: 0, partition: 9, current: 7);
        await FindEpochAsync(version, "unknown topic", epoch: 0, topic: "nowhere");
        await AskAsync<OffsetForLeaderEpochResponse>(ApiKey.OffsetForLeaderEpoch, version, "nothing", new OffsetForLeaderEpochRequest());
        await AskAsync<OffsetForLeaderEpochResponse>(ApiKey.OffsetForLeaderEpoch, version, "many, and one twice", new OffsetForLeaderEpochRequest
        {
            Topics =
            [
                new() { Name = Run.Own("offsets-stamped"), Partitions = [new()] },
                new() { Name = Run.Own("offsets"), Partitions = [new() { Index = 3 }, new() { Index = 0 }, new() { Index = 0, LeaderEpoch = 1 }] },
            ],
        });
    }

    private Task FindEpochAsync(
        short version, string step, int epoch, int current = -1, string topic = "offsets", int partition = 0, int replica = -2) =>
        AskAsync<OffsetForLeaderEpochResponse>(ApiKey.OffsetForLeaderEpoch, version, step, new OffsetForLeaderEpochRequest
        {
            ReplicaId = replica,
            Topics = [new() { Name = Run.Own(topic), Partitions = [new() { Index = partition, CurrentLeaderEpoch = current, LeaderEpoch = epoch }] }],
        });

    private async Task DeleteAsync(short version)
    {
        var topic = $"deleted-v{version}";
        await MakeTopicAsync(topic);
        await AppendAsync(topic, Batch());
        await AppendAsync(topic, Batch());
        foreach (var (index, offset) in new[] { 0, 4, 2, 4, -5, 7, 6, -1 }.Index())
        {
            await DeleteAsync(version, $"{index}. up to {offset}", topic, offset);
        }

        await DeleteAsync(version, "unknown partition", topic, 0, partition: 9);
        await DeleteAsync(version, "unknown topic", "nowhere", 0);
        await DeleteAsync(version, "compacted", "compact", 1);
    }

    private Task DeleteAsync(short version, string step, string topic, long offset, int partition = 0) =>
        AskAsync<DeleteRecordsResponse>(ApiKey.DeleteRecords, version, step, Deleting(topic, partition, offset));

    private DeleteRecordsRequest Deleting(string topic, int partition, long offset) => new()
    {
        TimeoutMs = TestLimits.HangMs,
        Topics = [new() { Name = Run.Own(topic), Partitions = [new() { Index = partition, Offset = offset }] }],
    };
}
