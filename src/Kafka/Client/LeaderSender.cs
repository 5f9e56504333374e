using System.Threading.Channels;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;

namespace KafkaBackup.Kafka.Client;

/// <summary>Sends what is ready for all partitions that one broker leads: as much as there is goes into one request. Nothing is repeated here.</summary>
/// <param name="cluster">Connects to the broker.</param>
/// <param name="node">The broker's id.</param>
/// <param name="settings">How records are sent.</param>
/// <param name="ended">Ends all sending.</param>
internal sealed class LeaderSender(ClusterClient cluster, int node, ProduceSettings settings, CancellationToken ended)
{
    /// <summary>A request is sent when it has so many bytes, or when there is no more: well below what brokers take (socket.request.max.bytes, 100 MiB).</summary>
    private const int FullRequest = 4 * 1024 * 1024;

    /// <summary>A broker works on one request of a connection at a time; the next ones should be there by then.</summary>
    private const int MostRequests = 3;

    /// <summary>A connection that is slower than so many bytes a second is taken for dead.</summary>
    private const int SlowestRate = 8 * 1024;

    /// <summary>The first version of Produce requests that name a topic by its id.</summary>
    private const short FirstWithTopicIds = 13;

    private const string Over = "the writing was ended";

    private readonly Channel<OutgoingBatch> _ready = Channel.CreateUnbounded<OutgoingBatch>(new UnboundedChannelOptions { SingleReader = true });
    private readonly SemaphoreSlim _requests = new(MostRequests, MostRequests);
    private readonly Lock _gate = new();
    private readonly List<WireConnection> _used = [];
    private OpenConnection? _current;
    private long _bytesOnTheirWay;
    private long _mutedUntil;

    private short Acks => settings.Acks switch { ProduceAcks.All => -1, ProduceAcks.Leader => 1, _ => 0 };

    /// <summary>Sends a batch, once. Only one batch of a partition may be on its way.</summary>
    public Task<ProduceOutcome> SendAsync(OutgoingBatch batch)
    {
        if (!_ready.Writer.TryWrite(batch))
        {
            batch.Ended.TrySetResult(new ProduceOutcome(ProduceFate.NotSent, null, Over));
        }

        return batch.Ended.Task;
    }

    /// <summary>Gives up what is on its way: who waits for it learns that no answer comes.</summary>
    public void GiveUp()
    {
        lock (_gate)
        {
            _used.ForEach(connection => connection.Dispose());
        }
    }

    /// <summary>Sends until it is ended.</summary>
    public async Task RunAsync()
    {
        var batches = new List<OutgoingBatch>();
        try
        {
            while (await _ready.Reader.WaitToReadAsync(ended))
            {
                await _requests.WaitAsync(ended);
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Max(0, Volatile.Read(ref _mutedUntil) - Environment.TickCount64)), ended);
                batches = Take();
                await SendAsync(batches);
                batches = [];
            }
        }
        catch (OperationCanceledException)
        {
            _ready.Writer.TryComplete();
            while (_ready.Reader.TryRead(out var left))
            {
                batches.Add(left);
            }

            End(batches, new ProduceOutcome(ProduceFate.NotSent, null, Over));
        }
    }

    private List<OutgoingBatch> Take()
    {
        var batches = new List<OutgoingBatch>();
        long bytes = 0;
        while (bytes < FullRequest && _ready.Reader.TryPeek(out var next) && (bytes == 0 || next.Bytes.Length <= FullRequest) && _ready.Reader.TryRead(out next)) // What brokers may not take is sent alone.
        {
            batches.Add(next);
            bytes += next.Bytes.Length;
        }

        return batches;
    }

    /// <summary>Returns once the request is on its way, or cannot be; its end is waited for beside.</summary>
    private async Task SendAsync(List<OutgoingBatch> batches)
    {
        WireConnection connection;
        short version;
        try
        {
            connection = await ConnectAsync();
            version = connection.VersionOf(ApiKey.Produce, batches.TrueForAll(batch => batch.TopicId != Guid.Empty) ? short.MaxValue : (short)(FirstWithTopicIds - 1));
        }
        catch (Exception e) when (e is not OperationCanceledException) // Whatever it is, who waits has to learn of it.
        {
            _requests.Release();
            End(batches, new ProduceOutcome(ProduceFate.NotSent, null, e.Message) { IsHopeless = e is BackupException { IsRetryable: false } });
            return;
        }

        batches.ForEach(batch => batch.IsSent = true);
        _ = AskAsync(connection, version, batches);
    }

    /// <summary>A connection that records have for themselves: what is asked beside them would wait behind them, and the broker's quotas hold up all that comes over one.</summary>
    private async Task<WireConnection> ConnectAsync()
    {
        if (_current is not { IsUsable: true })
        {
            _current = await cluster.OpenAsync(node, ended);
            lock (_gate)
            {
                _used.RemoveAll(connection => !connection.IsAlive);
                _used.Add(_current.Connection);
            }
        }

        return _current.Connection;
    }

    private async Task AskAsync(WireConnection connection, short version, List<OutgoingBatch> batches)
    {
        var bytes = batches.Sum(batch => (long)batch.Bytes.Length);
        var patience = settings.Timeout + ClusterClient.Patience + TimeSpan.FromSeconds(Interlocked.Add(ref _bytesOnTheirWay, bytes) / SlowestRate);
        try
        {
            if (settings.Acks == ProduceAcks.None)
            {
                await connection.TellAsync(ApiKey.Produce, version, RequestOf(batches), patience, ended);
                batches.ForEach(batch => batch.Ended.TrySetResult(new ProduceOutcome(ProduceFate.Answered, new ProduceResponse.Partition { Index = batch.Partition.Number }, null)));
                return;
            }

            var answer = (ProduceResponse)await connection.AskAsync(ApiKey.Produce, version, RequestOf(batches), patience, ended);
            Mute(answer.ThrottleTimeMs);
            foreach (var batch in batches)
            {
                var partition = answer.Topics.Find(topic => version < FirstWithTopicIds ? topic.Name == batch.Partition.Topic : topic.TopicId == batch.TopicId)?.Partitions.Find(one => one.Index == batch.Partition.Number);
                batch.Ended.TrySetResult(partition is null
                    ? new ProduceOutcome(ProduceFate.Unknown, null, $"{connection.Address} answers without a word of {batch.Partition}")
                    : new ProduceOutcome(ProduceFate.Answered, partition, null));
            }
        }
        catch (Exception e)
        {
            End(batches, new ProduceOutcome(ProduceFate.Unknown, null, e.Message));
        }
        finally
        {
            Interlocked.Add(ref _bytesOnTheirWay, -bytes);
            _requests.Release();
        }
    }

    /// <summary>The broker does not read before.</summary>
    private void Mute(int milliseconds)
    {
        lock (_gate)
        {
            _mutedUntil = Math.Max(_mutedUntil, Environment.TickCount64 + milliseconds);
        }
    }

    private ProduceRequest RequestOf(List<OutgoingBatch> batches) => new()
    {
        Acks = Acks,
        TimeoutMs = (int)settings.Timeout.TotalMilliseconds,
        Topics =
        [
            .. batches.GroupBy(batch => (batch.Partition.Topic, batch.TopicId)).Select(topic => new ProduceRequest.Topic
            {
                Name = topic.Key.Topic,
                TopicId = topic.Key.TopicId,
                Partitions = [.. topic.Select(batch => new ProduceRequest.Partition { Index = batch.Partition.Number, Records = new RecordSet([batch.Bytes]) })],
            }),
        ],
    };

    private static void End(List<OutgoingBatch> batches, ProduceOutcome outcome) => batches.ForEach(batch => batch.Ended.TrySetResult(outcome));
}
