using System.Collections.Immutable;
using static KafkaBackup.Coordinator.Backup.RunEffects;

namespace KafkaBackup.Coordinator.Backup;

/// <summary>What an event came to: the next state, and what is to be carried out, in order.</summary>
internal readonly record struct RunStep(BackupRunState State, ImmutableList<RunEffect> Effects)
{
    /// <summary>The same, and then <paramref name="more"/>.</summary>
    public RunStep And(params IEnumerable<RunEffect> more) => this with { Effects = Effects.AddRange(more) };

    /// <summary>Goes on from here.</summary>
    public RunStep Then(Func<BackupRunState, RunStep> next)
    {
        var step = next(State);
        return new RunStep(step.State, Effects.AddRange(step.Effects));
    }
}
