using KafkaBackup.Shared;

namespace KafkaBackup.Kafka.Wire.Records;

/// <summary>Bytes from the other side are not what the Kafka protocol lays down: a length, count, number or checksum in them is wrong.</summary>
public sealed class WireFormatException : BackupException
{
    /// <summary>Makes the failure to read <paramref name="what"/>.</summary>
    /// <param name="what">What was being read, such as "The record batch at offset 7".</param>
    /// <param name="problem">What is wrong with it, as the end of a sentence.</param>
    /// <param name="position">Where, in bytes from the start of the frame, field or batch that was being read.</param>
    /// <param name="inner">The exception of the decompressor, if one gave up.</param>
    public WireFormatException(string what, string problem, long position, Exception? inner = null)
        : base(FailureKind.Source, $"{what} is damaged: {problem} (byte {position}).", inner) => Position = position;

    /// <summary>Where, in bytes from the start of the frame, field or batch that was being read.</summary>
    public long Position { get; }

    /// <summary>Whether nothing is wrong but that decompressed records take more bytes than they may.</summary>
    public bool IsTooLarge { get; internal init; }
}
