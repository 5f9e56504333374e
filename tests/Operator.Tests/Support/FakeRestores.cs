using System.Text.Json;
using KafkaBackup.Operator.Restores;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;
using static KafkaBackup.Shared.Protocol.RestoreRunProtocol;

namespace KafkaBackup.Operator.Tests.Support;

/// <summary>A cluster of which only the conductors of restores are there: one of a text, which begins an attempt of a name once. They end when the test says so.</summary>
internal sealed class FakeRestores : IRestoreCluster
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, RestoreRunStatus> _runs = new(StringComparer.Ordinal);

    /// <summary>What is thrown in place of an answer.</summary>
    public BackupException? Failure { get; set; }

    /// <summary>All attempts that began, in order.</summary>
    public List<string> Began { get; } = [];

    /// <summary>The definitions that were given.</summary>
    public HashSet<string> Definitions { get; } = new(StringComparer.Ordinal);

    /// <summary>The report of all.</summary>
    public string Report { get; set; } = """{ "restore_id": "r1", "outcome": "whole", "records_restored": 7, "bytes_restored": 70, "segments_processed": 2, "throughput_records_per_sec": 3.5 }""";

    public Task<RestoreRunStatus> BeginAsync(string definition, string run, CancellationToken cancellation) => Answer(() =>
    {
        Definitions.Add(definition);
        var restore = $"{definition.GetHashCode(StringComparison.Ordinal):x8}";
        if (_runs.GetValueOrDefault(restore) is not { } known || (known.Run != run && known.Verdict is not null))
        {
            Began.Add(run);
            _runs[restore] = new RestoreRunStatus(restore, run) { Phase = "Restoring", PartitionsPlanned = 4, PartitionsDone = 1, RecordsPlanned = 10, Records = 5, Bytes = 50 };
        }

        return _runs[restore];
    });

    public Task<RestoreRunStatus> FindAsync(string restore, CancellationToken cancellation) => Answer(() => _runs.GetValueOrDefault(restore) ?? new RestoreRunStatus(restore, null));

    public Task StopAsync(string restore, CancellationToken cancellation) => Answer(() => _runs[restore] = _runs[restore] with { Verdict = new RestoreVerdict(true, false, 0, 0, null) });

    public Task<JsonElement> ReadReportAsync(string restore, CancellationToken cancellation) => Answer(() => JsonSerializer.Deserialize<JsonElement>(Report));

    /// <summary>The attempt under way ends.</summary>
    public void End(RestoreVerdict verdict)
    {
        lock (_gate)
        {
            var (restore, run) = _runs.Single(item => item.Value.Verdict is null);
            _runs[restore] = run with { Verdict = verdict };
        }
    }

    /// <summary>The nodes that conduct are gone, and with them what they knew.</summary>
    public void Lose()
    {
        lock (_gate)
        {
            _runs.Clear();
        }
    }

    private Task<T> Answer<T>(Func<T> answer)
    {
        lock (_gate)
        {
            return Failure is null ? Task.FromResult(answer()) : Task.FromException<T>(Failure);
        }
    }
}
