using KafkaBackup.Shared;

namespace KafkaBackup.Kafka.Client;

/// <summary>A broker's answer is larger than there is room for.</summary>
/// <param name="address">The broker.</param>
/// <param name="bytes">How large it is.</param>
internal sealed class AnswerTooLargeException(BrokerAddress address, int bytes) : BackupException(FailureKind.Source, $"{address} sent an answer of {bytes} bytes, for which there is no room")
{
    /// <summary>How large it is.</summary>
    public int Bytes { get; } = bytes;
}
