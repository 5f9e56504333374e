using System.Collections.Immutable;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;
using static KafkaBackup.Coordinator.Restore.RestoreEffects;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.Coordinator.Restore;

/// <content>Every record at the target is read back and compared with the backup, when that is wanted.</content>
internal sealed partial record RestoreRunState
{
    /// <summary>Whether it was stopped before all was compared that was to be.</summary>
    private bool LeavesRecords => ComparesAll && !IsDryRun && IsStopping && Phase is (RestorePhase.Counting or RestorePhase.Comparing);

    private RestoreStep CompareThem()
    {
        var orders = Restored.Where(restored => restored is { Failure: null, WasStopped: false, IsCutShort: false })
            .Select(restored => restored.Order with { Noted = null, There = restored.Records, IsComparison = true }).ToList();
        return ComparesAll && orders.Count > 0 && !IsStopping
            ? (this with { Phase = RestorePhase.Comparing, Waiting = ImmutableQueue.CreateRange(orders) }).Do(new Say(log => log.Compares(orders.Count))).Then(state => state.StartMore())
            : SetGroups();
    }

    private RestoreStep OnCompared(PartitionRestored compared)
    {
        var state = this with { InWork = InWork.Remove(compared.Order.Target) };
        if (compared.WasStopped)
        {
            return state.StartMore();
        }

        var target = compared.Order.Target;
        var failure = compared.Failure ?? (compared.Records == compared.Order.There ? null : new Fault(FailureKind.Source,
            $"{target} holds {compared.Order.There} of {compared.Records} records that the backup has for it. {compared.Order.Anew}", IsRetryable: false)
        { BeginsAnew = true });
        return failure is null
            ? state.Do(new Say(log => log.Same(target, compared.Records))).Then(after => after.StartMore())
            : (state with
            {
                Failures = Failures.Add(failure),
                Restored = Restored.ConvertAll(restored => restored.Order.Target == target ? restored with { Failure = failure, IsOther = true } : restored),
            }).Do(new Say(log => log.Restored(compared with { Failure = failure }, IsDryRun))).Then(after => after.StartMore());
    }
}
