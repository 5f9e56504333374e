using System.Text;
using KafkaBackup.Coordinator.Backup;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Segments;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing;
using Microsoft.Extensions.Time.Testing;

namespace KafkaBackup.Simulation.Tests;

/// <summary>What the processes of one simulation share.</summary>
internal sealed class World
{
    private int _names;

    public World(int seed, Mutation mutation)
    {
        Random = new Random(seed);
        HasDrains = seed % 2 == 1;
        Mutation = mutation;
        Scheduler = new Scheduler(Random);
        Sources = Enumerable.Range(0, Random.Next(1, 4)).Select(number => new SimulatedSource(Random, new PartitionId("t", number))).ToList();
        Judge = new Judge(this);
    }

    public static BackupId Backup { get; } = new("b");

    public Random Random { get; }

    /// <summary>Whether nodes are drained now and then. In half of the histories, so that the others stay what they were.</summary>
    public bool HasDrains { get; }

    public Mutation Mutation { get; }

    public Scheduler Scheduler { get; }

    public FakeTimeProvider Clock { get; } = new();

    public MemoryObjectStore Objects { get; } = new();

    /// <summary>A store as a run has it, that loses patience after a few tries; pauses take no time.</summary>
    public IObjectStore Patient(IObjectStore store)
    {
        var patience = new StorePatience(new LeapingClock { LeapsAtOnce = TimeSpan.FromSeconds(10) }) { Middle = TimeSpan.FromSeconds(1) };
        patience.Begun();
        return new RetryingObjectStore(store, patience, Random);
    }

    public IReadOnlyList<SimulatedSource> Sources { get; }

    public List<SimulatedProcess> Processes { get; } = [];

    public Judge Judge { get; }

    /// <summary>The ledger writers that would answer a message.</summary>
    public IReadOnlyList<SimulatedWriter> Writers => Processes.OfType<SimulatedWriter>().Where(writer => writer is { IsAlive: true, IsLoaded: true }).ToList();

    private readonly Dictionary<PartitionId, List<IWireMessage>> _journals = [];

    /// <summary>The workers of a partition that would get a message: more than one when nodes disagree about where it is.</summary>
    public IReadOnlyList<SimulatedWorker> WorkersOf(PartitionId partition) =>
        Processes.OfType<SimulatedWorker>().Where(worker => worker.IsAlive && worker.Partition == partition).ToList();

    /// <summary>What is durable of a partition's journal.</summary>
    public List<IWireMessage> JournalOf(PartitionId partition) => _journals.TryGetValue(partition, out var found) ? found : _journals[partition] = [];

    /// <summary>Sends a message to an actor, dead or alive.</summary>
    public void To(SimulatedActor? to, object message, SimulatedActor from)
    {
        if (to is not null)
        {
            Scheduler.Post(() => to.Receive(message, from));
        }
    }

    /// <summary>Sends a message to whoever is taken for the ledger's writer when it arrives, a stale one too.</summary>
    public void ToLedger(object message, SimulatedActor from) => Scheduler.Post(() =>
    {
        if (Writers is { Count: > 0 } writers)
        {
            writers[Random.Next(writers.Count)].Receive(message, from);
        }
    });

    /// <summary>Sends a message to a worker, which begins with it when there is none.</summary>
    public void ToWorker(IPartitionMessage message, SimulatedActor from) => Scheduler.Post(() =>
    {
        var workers = WorkersOf(message.Key.Partition);
        var worker = workers.Count > 0 && (workers.Count > 2 || Random.Next(30) > 0)
            ? workers[Random.Next(workers.Count)]
            : Start(new SimulatedWorker(this, NewName("worker"), Sources.Single(source => source.Partition == message.Key.Partition)));
        worker.Receive(message, from);
    });

    /// <summary>What the source shows.</summary>
    public SourceDiscovery Discover() => new(
        "cluster",
        [.. Sources.GroupBy(source => source.Partition.Topic).Select(topic => new TopicFacts(topic.Key, topic.Count(), "id"))],
        Sources.ToDictionary(source => source.Partition, source => new PartitionBounds(source.Start, source.End)));

    public string NewName(string kind) => $"{kind}{++_names}";

    public T Start<T>(T process) where T : SimulatedProcess
    {
        Processes.Add(process);
        process.Start();
        return process;
    }

    public StoredObject? Find(string key) => Objects.GetAsync(key, CancellationToken.None).GetAwaiter().GetResult();

    public List<ObjectProperties> List(string prefix) => Objects.ListAsync(prefix, CancellationToken.None).ToBlockingEnumerable().ToList();

    /// <summary>A segment's content: the offsets of its records.</summary>
    public static byte[] ToContent(IEnumerable<long> records) => Encoding.ASCII.GetBytes(string.Join(',', records));

    /// <summary>The offsets in a segment, or null when it is not there.</summary>
    public IReadOnlyList<long>? RecordsOf(string key) =>
        Find(key) is { } found ? Encoding.ASCII.GetString(found.Content.Span).Split(',').Select(long.Parse).ToList() : null;

    public static SegmentInfo Info(string key, IReadOnlyList<long> records) => new()
    {
        Key = key,
        StartOffset = records[0],
        EndOffset = records[^1],
        MinTimestamp = 1,
        MaxTimestamp = 2,
        RecordCount = records.Count,
        UncompressedSize = records.Count,
        CompressedSize = records.Count,
    };
}
