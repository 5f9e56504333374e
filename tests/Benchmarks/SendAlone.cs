using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;
using KafkaBackup.Kafka.Client;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;
using KafkaBackup.Kafka.Wire.Records;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using BrokerAddress = KafkaBackup.Kafka.Client.BrokerAddress;

namespace KafkaBackup.Benchmarks;

/// <summary>What no restore can do without: decompressing the segments, and sending the batches that a restore has made of them.</summary>
/// <remarks>
/// Counted is, of wall and processor time: reading the files of all segments and decompressing their bodies, one after the other; then, for all
/// partitions at once, writing Produce requests that are ready in memory to a blocking socket of the partition's own, a batch each, and reading each
/// answer before the next is written. Not counted is what comes before: reading those batches, compressed, out of the topic that was restored, and
/// making requests of them. Nothing looks at a record or checks a segment. What compressing the batches takes, on one core, is told apart: it belongs to a
/// restore, too, whose target gets compressed batches.
/// </remarks>
internal static class SendAlone
{
    private const int FetchBytes = 8 << 20;
    private const int MostFetchBytes = 64 << 20;
    private const int FetchWaitMs = 500;
    private const short LastWithTopicNames = 12;
    private static readonly TimeSpan LeadPause = TimeSpan.FromMilliseconds(100);

    /// <summary>Sends; prints seconds, seconds of the processor, the number of records, and seconds and seconds of the processor of compressing.</summary>
    /// <param name="configPath">The configuration of a restore.</param>
    /// <param name="store">The directory of the backup.</param>
    /// <param name="restored">A topic that was restored from it.</param>
    /// <param name="topic">An empty topic of as many partitions.</param>
    /// <param name="partitions">How many partitions both have.</param>
    public static async Task RunAsync(string configPath, string store, string restored, string topic, int partitions)
    {
        using var cluster = new ClusterClient(ConfigurationLoader.LoadRestore(configPath, _ => null).Target);
        using var packing = new BatchPacking();
        var (lanes, records) = (new List<(BrokerAddress Leader, List<byte[]> Frames)>(), 0L);
        for (var number = 0; number < partitions; number++)
        {
            var frames = new List<byte[]>();
            records += await PrepareAsync(cluster, new PartitionId(restored, number), topic, frames, packing);
            var lead = await LeadAsync(cluster, new PartitionId(topic, number));
            lanes.Add(((await cluster.OpenAsync(lead.Node, CancellationToken.None)).Connection.Address, frames));
        }

        var segments = Directory.GetFiles(store, "segment-*", SearchOption.AllDirectories);
        var (began, before) = (Stopwatch.GetTimestamp(), ResourceUse.ThisProcess);
        var buffer = new byte[1 << 20];
        foreach (var segment in segments)
        {
            using var body = StoredBody.Open(segment);
            while (body.Read(buffer) > 0)
            {
                // Dropped: only what was sent before is sent.
            }
        }

        await Task.WhenAll(lanes.Select(lane => Task.Factory.StartNew(
            () => Send(lane.Leader, topic, lane.Frames), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        var used = ResourceUse.ThisProcess - before;
        Console.WriteLine($"{Stopwatch.GetElapsedTime(began).TotalSeconds} {used.Processor.TotalSeconds} {records} "
            + $"{packing.Wall.TotalSeconds} {packing.Processor.TotalSeconds}");
    }

    /// <summary>Makes a request for <paramref name="topic"/> of each batch of a partition.</summary>
    /// <returns>How many records they hold.</returns>
    private static async Task<long> PrepareAsync(
        ClusterClient cluster, PartitionId restored, string topic, List<byte[]> frames, BatchPacking packing)
    {
        var lead = await LeadAsync(cluster, restored);
        var connection = (await cluster.OpenAsync(lead.Node, CancellationToken.None)).Connection;
        var version = connection.VersionOf(ApiKey.Fetch, lead.TopicId == Guid.Empty ? LastWithTopicNames : short.MaxValue);
        var (position, end, records) = (0L, 1L, 0L);
        while (position < end)
        {
            using var answer = await connection.AskPooledAsync<FetchResponse>(
                ApiKey.Fetch, version, Request(restored, lead.TopicId, position), MostFetchBytes, ClusterClient.Patience);
            if (answer.Message.Topics is not [{ Partitions: [{ ErrorCode: KafkaError.None } told] }])
            {
                throw new InvalidOperationException($"{restored} cannot be read at {position}.");
            }

            end = told.HighWatermark;
            foreach (var found in RecordBatches.OfFetch((told.Records ?? RecordSet.Empty).ToMemory()))
            {
                var batch = found.Bytes.ToArray();
                packing.Add(found.Header, batch);

                // As a producer sends it that is not idempotent: the numbers of the one that sent it belong to the other topic.
                RecordBatchPatch.SetPlace(batch, 0, -1);
                RecordBatchPatch.SetProducer(batch, -1, -1, -1);
                frames.Add(ProduceFrame.Build(topic, restored.Number, batch));
                records += found.Header.RecordCount;
                position = found.Header.BaseOffset + found.Header.LastOffsetDelta + 1;
            }
        }

        return records;
    }

    private static FetchRequest Request(PartitionId partition, Guid topicId, long position) => new()
    {
        MaxWaitMs = FetchWaitMs,
        MinBytes = 1,
        MaxBytes = FetchBytes,
        Topics =
        [
            new()
            {
                Name = partition.Topic,
                TopicId = topicId,
                Partitions = [new() { Index = partition.Number, FetchOffset = position, MaxBytes = FetchBytes }],
            },
        ],
    };

    /// <summary>Brokers may hear of a new topic a little later than whoever made it.</summary>
    private static async Task<PartitionLead> LeadAsync(ClusterClient cluster, PartitionId partition)
    {
        for (var began = Stopwatch.GetTimestamp(); ;)
        {
            if (await cluster.FindLeadAsync(partition, after: 0) is { } lead)
            {
                return lead;
            }

            if (Stopwatch.GetElapsedTime(began) > BrokerClients.Patience)
            {
                throw new TimeoutException($"Nobody leads {partition}.");
            }

            await Task.Delay(LeadPause);
        }
    }

    private static void Send(BrokerAddress leader, string topic, List<byte[]> frames)
    {
        using var client = new TcpClient(leader.Host, leader.Port) { NoDelay = true };
        var stream = client.GetStream();
        var answer = new byte[1024];
        foreach (var frame in frames)
        {
            stream.Write(frame);
            stream.ReadExactly(answer, 0, sizeof(int));
            stream.ReadExactly(answer, 0, BinaryPrimitives.ReadInt32BigEndian(answer));
            if ((KafkaError)BinaryPrimitives.ReadInt16BigEndian(answer.AsSpan(ProduceFrame.ErrorAt(topic))) is not KafkaError.None and var error)
            {
                throw new InvalidOperationException($"{leader} refuses a batch: {error}.");
            }
        }
    }
}
