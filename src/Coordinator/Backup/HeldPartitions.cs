using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Protocol;

namespace KafkaBackup.Coordinator.Backup;

/// <summary>Judges transactions that hold back the ends of partitions: nothing behind one can be backed up before it has ended. Pure.</summary>
internal static class HeldPartitions
{
    /// <summary>Those that have been open for too long, with what to say of them.</summary>
    /// <param name="open">The open transactions.</param>
    /// <param name="limit">How long one may be open.</param>
    /// <param name="now">The time.</param>
    public static IReadOnlyDictionary<PartitionId, Fault> Judge(IReadOnlyDictionary<PartitionId, OpenTransaction> open, TimeSpan limit, DateTimeOffset now) =>
        open.Where(held => now - held.Value.Since > limit).ToDictionary(held => held.Key, held => new Fault(FailureKind.Source, Sentence(held.Value), IsRetryable: true));

    /// <summary>The same words as long as the transaction is open, so that it is told once.</summary>
    private static string Sentence(OpenTransaction open) =>
        $"a transaction has been open at offset {open.Offset} since {open.Since:yyyy-MM-dd'T'HH:mm:ss'Z'} and holds back what was written behind it, which is not backed up. "
        + "Find its producer with 'kafka-transactions.sh find-hanging', and end it, or abort the transaction; "
        + "backup.open_transaction_limit_secs says from when on this is told.";

    /// <summary>How much they hold back, for the line that tells of it.</summary>
    public static string Amount(OpenTransaction open, DateTimeOffset now) => open.Since is { } since
        ? $"{open.OffsetsHeldBack:N0} offsets, for {(now - since).TotalMinutes:N0} min"
        : $"{open.OffsetsHeldBack:N0} offsets";
}
