using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;
using static KafkaBackup.Shared.Protocol.PartitionProtocol;

namespace KafkaBackup.PartitionWorkers.Backup;

/// <summary>What a partition worker has decided to do.</summary>
internal static class WorkerEffects
{
    /// <summary>One thing to be carried out.</summary>
    internal abstract record WorkerEffect;

    /// <summary>A message to the ledger actor.</summary>
    internal sealed record TellLedger(object Message) : WorkerEffect;

    /// <summary>A message to whoever gave the order in work.</summary>
    internal sealed record TellCoordinator(PartitionEnded Message) : WorkerEffect;

    /// <summary>A message to the sender of the event.</summary>
    internal sealed record Answer(PartitionEnded Message) : WorkerEffect;

    /// <summary>Asks for a permit of this node.</summary>
    internal sealed record AskPermit(PermitSize Size) : WorkerEffect;

    /// <summary>Gives the permit back, or leaves the queue for one.</summary>
    internal sealed record GivePermitBack : WorkerEffect;

    /// <summary>Reads, encodes and stores <paramref name="Ranges"/>.</summary>
    internal sealed record StartPipeline(int Token, IReadOnlyList<OffsetRange> Ranges, PermitSize Size, long Epoch, int? LeaderEpoch, string? TopicId) : WorkerEffect;

    /// <summary>Ends the pipeline early; it still tells its end.</summary>
    internal sealed record CancelPipeline : WorkerEffect;

    /// <summary>Tells the pipeline that its oldest entry is committed.</summary>
    internal sealed record PipelineCommitted(long Epoch) : WorkerEffect;

    /// <summary>Asks the source where the log starts and ends.</summary>
    internal sealed record ReadBounds(int Token) : WorkerEffect;

    /// <summary>Looks whether objects are there that an earlier life has stored.</summary>
    internal sealed record CheckOffers(int Token, IReadOnlyList<SegmentUploaded> Offers) : WorkerEffect;

    /// <summary>Writes an event into the journal, which nothing waits for.</summary>
    internal sealed record Journal(IWireMessage Event) : WorkerEffect;

    /// <summary>From now on, and as long as no answer comes, the question is repeated.</summary>
    internal sealed record StartAnswerTimer : WorkerEffect;

    /// <summary>Time for another try after <paramref name="Pause"/>.</summary>
    internal sealed record StartRetryTimer(TimeSpan Pause) : WorkerEffect;

    /// <summary>No question and no pause is under way any more.</summary>
    internal sealed record StopTimers : WorkerEffect;

    /// <summary>A line for the operator.</summary>
    internal sealed record Say(Action<WorkerLog> Sentence) : WorkerEffect;

    /// <summary>Lets the shard end this worker until there is another order.</summary>
    internal sealed record Passivate : WorkerEffect;

    /// <summary>Ends this worker.</summary>
    internal sealed record StopWorker : WorkerEffect;
}
