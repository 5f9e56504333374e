using KafkaBackup.Shared;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Protocol;
using static KafkaBackup.Shared.Protocol.BackupProtocol;

namespace KafkaBackup.Coordinator.Backup;

/// <summary>What a backup coordinator has decided to do.</summary>
internal static class RunEffects
{
    /// <summary>One thing to be carried out.</summary>
    internal abstract record RunEffect;

    /// <summary>A message to the ledger actor.</summary>
    internal sealed record TellLedger(IBackupMessage Message) : RunEffect;

    /// <summary>A message to a worker.</summary>
    internal sealed record TellWorker(IPartitionMessage Message) : RunEffect;

    /// <summary>The run is over: everybody who wanted it hears of it.</summary>
    internal sealed record TellRequesters(BackupFinished Message) : RunEffect;

    /// <summary>Reads ledger and source.</summary>
    internal sealed record StartPlanning : RunEffect;

    /// <summary>Reads the source again.</summary>
    /// <param name="KnownCluster">The cluster that the backup was made of; null when it is not known.</param>
    /// <param name="Configured">Topics of which the configuration need not be asked for.</param>
    internal sealed record StartRefresh(string? KnownCluster, IReadOnlySet<string> Configured) : RunEffect;

    /// <summary>Nobody waits for planning or refresh any more.</summary>
    internal sealed record CancelPlanning : RunEffect;

    /// <summary>Takes a snapshot of the groups that read these topics.</summary>
    internal sealed record TakeGroups(GroupSnapshotScope Scope) : RunEffect;

    /// <summary>Asks which of these partitions are held back by open transactions.</summary>
    internal sealed record FindTransactions(IReadOnlyCollection<PartitionId> Partitions) : RunEffect;

    /// <summary>From now on what is unanswered is repeated.</summary>
    internal sealed record StartReassertTimer : RunEffect;

    /// <summary>Time for the next refresh after <paramref name="Pause"/>.</summary>
    internal sealed record StartRefreshTimer(TimeSpan Pause) : RunEffect
    {
        /// <summary>The part of a core that looking takes at most, planning included: at a hundred thousand partitions it takes a second each time.</summary>
        private const int PartOfCore = 40;

        /// <summary>Looking keeps about so many cores busy. What else the process does meanwhile is not to count.</summary>
        private const int MostCores = 2;

        private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

        /// <summary>The pause, longer where looking was dear.</summary>
        /// <param name="elapsed">How long it took: of that, waiting for brokers costs nothing.</param>
        /// <param name="used">The processor time that this process used meanwhile.</param>
        public TimeSpan PauseAfter(TimeSpan elapsed, TimeSpan used)
        {
            var cost = used < elapsed * MostCores ? used : elapsed * MostCores;
            var dear = cost * PartOfCore < LongestPause ? cost * PartOfCore : LongestPause;
            return dear > Pause ? dear : Pause;
        }
    }

    /// <summary>Workers get this long to stop.</summary>
    internal sealed record StartStopTimer(TimeSpan Patience) : RunEffect;

    /// <summary>Nothing is waited for any more.</summary>
    internal sealed record StopTimers : RunEffect;

    /// <summary>A line for the operator.</summary>
    internal sealed record Say(Action<RunLog> Sentence) : RunEffect;
}
