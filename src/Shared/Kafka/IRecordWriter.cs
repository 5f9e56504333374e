namespace KafkaBackup.Shared.Kafka;

/// <summary>Writes records to the end of one partition, in order, each once however often a request is repeated, where all replicas acknowledge.</summary>
public interface IRecordWriter
{
    /// <summary>Sends the record that a cursor is at, and waits while too much is on its way. Once this has returned the cursor may be moved.</summary>
    /// <exception cref="BackupException">A record was refused, or no answer came; it need not be this one.</exception>
    ValueTask WriteAsync(RecordCursor record, CancellationToken cancellation);

    /// <summary>How far the partition is written by this writer; null while nothing is acknowledged by all in-sync replicas.</summary>
    WrittenTo? Written { get; }

    /// <summary>Whether <see cref="Written"/> will tell how far it is once something is acknowledged.</summary>
    bool TellsWritten { get; }

    /// <summary>How many records were given to a writer that only counts, and would be refused for their size. Whoever really writes fails at the first.</summary>
    long TooLarge => 0;

    /// <summary>Waits until all that was sent is acknowledged, by as many as the sink asks for.</summary>
    /// <returns>How many records were.</returns>
    /// <exception cref="BackupException">One was refused, or no answer came.</exception>
    Task<long> CompleteAsync(CancellationToken cancellation);
}
