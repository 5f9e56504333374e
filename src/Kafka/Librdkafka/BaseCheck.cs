namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>Tells by leader epochs whether the last record before a range is still in the log. Pure.</summary>
/// <remarks>
/// A leader writes one log, and epochs never fall along a log. A record at or behind the base with the known epoch was therefore written
/// behind the known one. A
/// record directly before the base would be the known one itself. Any other epoch there, or a later one anywhere before the base, is another log's.
/// </remarks>
/// <param name="Base">The range's base.</param>
/// <param name="Epoch">The leader epoch of the last record before it.</param>
internal readonly record struct BaseCheck(long Base, int Epoch)
{
    /// <summary>What the first record at or behind the offset before the base shows.</summary>
    public BaseVerdict JudgeFirst(long offset, int? epoch) =>
        epoch is not { } seen || seen == Epoch ? BaseVerdict.Same
        : offset < Base || seen < Epoch ? BaseVerdict.Diverged
        : BaseVerdict.LookBack;

    /// <summary>What the last record before the base shows, wherever it is.</summary>
    /// <remarks>An earlier epoch shows nothing: compaction may have removed the known record.</remarks>
    public BaseVerdict JudgeLast(int? epoch) => epoch > Epoch ? BaseVerdict.Diverged : BaseVerdict.Same;
}
