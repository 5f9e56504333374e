using System.Text;
using KafkaBackup.Shared.Segments;
using KafkaBackup.Shared.Storage;
using Microsoft.Extensions.Time.Testing;

namespace KafkaBackup.Shared.Tests.Ledger.Simulation;

/// <summary>What the processes of one simulation share.</summary>
internal sealed class World
{
    private int _names;

    public World(int seed, Mutation mutation)
    {
        Random = new Random(seed);
        Mutation = mutation;
        Scheduler = new Scheduler(Random);
        Retries = new RetrySchedule(Clock, Random) { FirstPause = TimeSpan.Zero, MaxTries = 4 };
        Sources = Enumerable.Range(0, Random.Next(1, 4)).Select(number => new SimulatedSource(Random, new PartitionId("t", number))).ToList();
        Judge = new Judge(this);
    }

    public static BackupId Backup { get; } = new("b");

    public Random Random { get; }

    public Mutation Mutation { get; }

    public Scheduler Scheduler { get; }

    public FakeTimeProvider Clock { get; } = new();

    public RetrySchedule Retries { get; }

    public MemoryObjectStore Objects { get; } = new();

    public IReadOnlyList<SimulatedSource> Sources { get; }

    public List<SimulatedProcess> Processes { get; } = [];

    public Judge Judge { get; }

    /// <summary>The ledger writers that would answer a message.</summary>
    public IReadOnlyList<SimulatedWriter> Writers => Processes.OfType<SimulatedWriter>().Where(writer => writer is { IsAlive: true, IsLoaded: true }).ToList();

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
