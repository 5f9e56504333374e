namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>What some answers to fetches were, packed and unpacked.</summary>
/// <param name="Packed">Their bytes as they came.</param>
/// <param name="LargestUnpacked">The memory that the largest of them took.</param>
/// <param name="Ratio">How many times its packed size one of them took at most.</param>
/// <param name="Records">How many records they held.</param>
internal readonly record struct AnswerTotals(long Packed, long LargestUnpacked, double Ratio, long Records)
{
    /// <summary>These and another.</summary>
    public AnswerTotals And(AnswerTotals other) =>
        new(Packed + other.Packed, Math.Max(LargestUnpacked, other.LargestUnpacked), Math.Max(Ratio, other.Ratio), Records + other.Records);
}
