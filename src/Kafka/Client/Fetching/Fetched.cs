using KafkaBackup.Kafka.Wire.Messages;
using KafkaBackup.Shared;

namespace KafkaBackup.Kafka.Client.Fetching;

/// <summary>What came of one request for records of one partition.</summary>
/// <param name="Answer">Lends the bytes; null where nothing came.</param>
/// <param name="Partition">What was told of the partition; null where nothing was, as of a broker that throttles.</param>
/// <param name="Trouble">Why nothing came, though it may later.</param>
internal sealed record Fetched(PooledAnswer<FetchResponse>? Answer, FetchResponse.Partition? Partition, BackupException? Trouble = null) : IDisposable
{
    /// <summary>How long the broker wants to be left alone.</summary>
    public TimeSpan Throttle => TimeSpan.FromMilliseconds(Math.Max(0, Answer?.Message.ThrottleTimeMs ?? 0));

    /// <inheritdoc />
    public void Dispose() => Answer?.Dispose();
}
