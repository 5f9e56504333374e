using System.Collections.Immutable;
using static KafkaBackup.PartitionWorkers.Backup.WorkerEffects;

namespace KafkaBackup.PartitionWorkers.Backup;

/// <summary>What an event came to: the next state, and what is to be carried out, in order.</summary>
internal readonly record struct WorkerStep(PartitionWorkerState State, ImmutableList<WorkerEffect> Effects)
{
    /// <summary>The same, and then <paramref name="more"/>.</summary>
    public WorkerStep And(params IReadOnlyList<WorkerEffect> more) => this with { Effects = Effects.AddRange(more) };

    /// <summary>Goes on from here.</summary>
    public WorkerStep Then(Func<PartitionWorkerState, WorkerStep> next)
    {
        var step = next(State);
        return new WorkerStep(step.State, Effects.AddRange(step.Effects));
    }
}
