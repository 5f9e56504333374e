using Akka.Actor;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Storage;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.PartitionWorkers.Restore;

/// <summary>The workers of one restore, with what they share.</summary>
/// <param name="section">What of the backup is wanted.</param>
/// <param name="store">Where the backup lives.</param>
/// <param name="target">Where it goes; not asked for before the first worker.</param>
/// <param name="pace">Holds all workers down together.</param>
/// <param name="progress">Is told how far they are.</param>
/// <param name="memory">What they may take together.</param>
public sealed class RestoreWorkers(RestoreSection section, IObjectStore store, Func<RestoreTarget> target, RestorePace pace, RestoreProgress progress, RestoreMemory memory)
{
    /// <summary>Props of the workers of <paramref name="orders"/>, in the same order.</summary>
    /// <param name="orders">One partition, or all those of a topic that is repartitioned: what they share is read once for all of them.</param>
    public IReadOnlyList<Props> For(IReadOnlyList<RestorePartition> orders)
    {
        if (orders[0].Share is not { } share)
        {
            return [.. orders.Select(Worker)];
        }

        var topic = new RepartitionedTopic(orders, Restorer(orders[0]), store, memory.Request(RestoreBudget.Of(share, orders.Count)));
        return [.. orders.Index().Select(order => Worker(order.Item, topic.FeedOf(order.Item), order.Index == 0 ? topic.Permit : null))];
    }

    private Props Worker(RestorePartition order)
    {
        var budget = RestoreBudget.Of(order, memory.Bytes);
        var permit = new ReadingPermit(memory.Request(budget));
        return Worker(order, new PartitionFeed(order, Restorer(order), store, permit, budget.ReadsAhead), permit);
    }

    private RecordRestorer Restorer(RestorePartition order) => new(section, order.Rules, order.IsComparison ? null : progress);

    private Props Worker(RestorePartition order, IRecordFeed feed, ReadingPermit? permit)
    {
        var pipeline = new RestorePipeline(order, feed, target(), pace);
        if (!order.IsComparison)
        {
            progress.Follow(order.Target, pipeline);
        }

        var permits = memory.Permits;
        return Props.Create(() => new RestoreWorkerActor(order, pipeline, permits, permit));
    }
}
