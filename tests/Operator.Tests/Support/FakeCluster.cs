using KafkaBackup.Coordinator.Catalogue;
using KafkaBackup.Operator.Backups;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;
using static KafkaBackup.Shared.Protocol.BackupProtocol;
using static KafkaBackup.Shared.Protocol.CatalogueProtocol;

namespace KafkaBackup.Operator.Tests.Support;

/// <summary>A cluster of which only the catalogue is there, by the rules that are shipped: runs end when the test says so.</summary>
internal sealed class FakeCluster(TimeProvider clock) : IBackupRunner
{
    private readonly Lock _gate = new();
    private readonly Dictionary<BackupId, DeclaredBackup> _declared = [];
    private int _runs;

    /// <summary>What is thrown in place of an answer.</summary>
    public BackupException? Failure { get; set; }

    /// <summary>What happens before it is asked for the first time.</summary>
    public Func<Task>? Meanwhile { get; set; }

    /// <summary>All runs that began, in order.</summary>
    public List<string> Began { get; } = [];

    public DeclaredBackup? this[string backup] => _declared.GetValueOrDefault(new BackupId(backup));

    public async Task<ClusterBackup?> FindAsync(BackupSubject subject, CancellationToken cancellation)
    {
        if (Meanwhile is { } meanwhile)
        {
            Meanwhile = null;
            await meanwhile();
        }

        lock (_gate)
        {
            return Failure is not null ? throw Failure : _declared.GetValueOrDefault(subject.Backup) is { } declared ? new ClusterBackup(declared, null) : null;
        }
    }

    public Task DeclareAsync(BackupSubject subject, string definition, string? schedule, string? timeZone, CancellationToken cancellation) =>
        ChangeAsync(subject.Backup, known => CatalogueRules.Declare(
            known, new DeclareBackup(subject.Backup, definition, definition.Contains("continuous: true", StringComparison.Ordinal)) { Schedule = schedule ?? NoSchedule, TimeZone = timeZone },
            clock.GetUtcNow(), NextName()));

    public Task StartAsync(BackupSubject subject, string run, CancellationToken cancellation) =>
        ChangeAsync(subject.Backup, known => CatalogueRules.Change(known!, CatalogueOrder.Start, clock.GetUtcNow(), run));

    public Task OrderAsync(BackupSubject subject, CatalogueOrder order, CancellationToken cancellation) =>
        ChangeAsync(subject.Backup, known => CatalogueRules.Change(known!, order, clock.GetUtcNow(), NextName()));

    /// <summary>Somebody declares a backup by hand.</summary>
    public void Submit(string backup, string definition) => _declared[new BackupId(backup)] = new DeclaredBackup(new BackupId(backup), definition, false);

    /// <summary>The schedule's clock goes on.</summary>
    public void Tick(string backup) => Change(new BackupId(backup), known => CatalogueRules.Tick(known!, clock.GetUtcNow(), NextName()));

    /// <summary>The run under way ends: as it was told to, or with all that there was.</summary>
    public void End(string backup, params IReadOnlyList<Fault> failures) => Change(new BackupId(backup), known => CatalogueRules.End(
        known!, new BackupFinished(known!.Backup, new RunId(known.Current!.Id)) { WasStopped = known.IsStopping, Failures = failures, Records = 10 }, clock.GetUtcNow()));

    private Task ChangeAsync(BackupId backup, Func<DeclaredBackup?, DeclaredBackup?> change)
    {
        if (Failure is not null)
        {
            return Task.FromException(Failure);
        }

        Change(backup, change);
        return Task.CompletedTask;
    }

    private void Change(BackupId backup, Func<DeclaredBackup?, DeclaredBackup?> change)
    {
        lock (_gate)
        {
            var before = _declared.GetValueOrDefault(backup);
            if (change(before) is not { } after)
            {
                _declared.Remove(backup);
                return;
            }

            _declared[backup] = after;
            if (after.Current is { } run && run.Id != before?.Current?.Id)
            {
                Began.Add(run.Id);
            }
        }
    }

    private string NextName() => $"run-{++_runs}";
}
