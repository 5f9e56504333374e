using System.Collections.Immutable;
using static KafkaBackup.Coordinator.Restore.RestoreEffects;

namespace KafkaBackup.Coordinator.Restore;

/// <summary>What an event comes to: the state after it, and what is to be carried out, in order.</summary>
internal sealed record RestoreStep(RestoreRunState State, ImmutableList<RestoreEffect> Effects)
{
    /// <summary>The same, and what <paramref name="next"/> decides after it.</summary>
    public RestoreStep Then(Func<RestoreRunState, RestoreStep> next)
    {
        var step = next(State);
        return new RestoreStep(step.State, Effects.AddRange(step.Effects));
    }
}
