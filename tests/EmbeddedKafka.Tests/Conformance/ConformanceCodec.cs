using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;
using KafkaBackup.Kafka.Wire.Records;
using KafkaBackup.Testing.Kafka;

namespace KafkaBackup.EmbeddedKafka.Tests.Conformance;

/// <summary>Writes down an answer with the record batches in it, and lists without an order by the names in them.</summary>
internal sealed class ConformanceCodec : TranscriptCodec
{
    /// <summary>Kafka answers about topics, settings and requests in the order of its own hash tables.</summary>
    protected override string? NameOf(object item) => item switch
    {
        ApiVersionsResponse.Supported supported => $"{(ApiKey)supported.Key}",
        ApiVersionsResponse.SupportedFeature feature => feature.Name,
        ApiVersionsResponse.FinalizedFeature feature => feature.Name,
        CreateTopicsResponse.Topic topic => topic.Name,
        CreateTopicsResponse.Config config => config.Name,
        DescribeConfigsResponse.Config config => config.Name,
        ListOffsetsResponse.Partition partition => $"{partition.Index}",
        DescribeGroupsResponse.Group group => group.GroupId,
        MetadataResponse.Topic topic => topic.Name ?? "unnamed",
        AddPartitionsToTxnResponse.Topic topic => topic.Name,
        AddPartitionsToTxnResponse.Partition partition => $"{partition.Index}",
        _ => null,
    };

    protected override RecordSet? OnRecords(RecordSet? value, string field)
    {
        if (value is null)
        {
            return Note(field, value);
        }

        var count = 0;
        foreach (var batch in RecordBatches.OfFetch(value.ToMemory()))
        {
            Within($"{field}[{count++}]", () => WriteBatch(batch));
        }

        Note(field + " count", count);
        Note(field + " bytes", value.Length);
        return value;
    }

    private void WriteBatch(RecordBatch batch)
    {
        var header = batch.Header;
        Note(nameof(header.BaseOffset), header.BaseOffset);
        Note(nameof(header.BatchLength), header.BatchLength);
        Note(nameof(header.LeaderEpoch), header.LeaderEpoch);
        Note(nameof(header.Codec), header.Codec);
        Note(nameof(header.TimestampType), header.TimestampType);
        Note(nameof(header.IsTransactional), header.IsTransactional);
        Note(nameof(header.IsControl), header.IsControl);
        Note(nameof(header.HasDeleteHorizon), header.HasDeleteHorizon);
        Note(nameof(header.LastOffsetDelta), header.LastOffsetDelta);
        Note(nameof(header.BaseTimestamp), header.BaseTimestamp);
        Note(nameof(header.MaxTimestamp), header.MaxTimestamp);
        Note(nameof(header.ProducerId), header.ProducerId);
        Note(nameof(header.ProducerEpoch), header.ProducerEpoch);
        Note(nameof(header.BaseSequence), header.BaseSequence);
        Note(nameof(header.RecordCount), header.RecordCount);

        // Opening compares the checksum, which covers the producer's id and the clock and so differs from run to run.
        using var reader = new RecordBatchReader();
        reader.Open(batch.Bytes);
        foreach (var (index, record) in TestRecords.CopyAll(reader).Index())
        {
            Within($"Records[{index}]", () => WriteRecord(record));
        }
    }

    private void WriteRecord(TestRecord record)
    {
        Note(nameof(record.Offset), record.Offset);
        Note(nameof(record.Timestamp), record.Timestamp);
        Note(nameof(record.Key), Text(record.Key));
        Note(nameof(record.Value), Text(record.Value));
        foreach (var (index, header) in record.Headers.Index())
        {
            Note($"Headers[{index}]", header);
        }
    }

    private static string? Text(byte[]? bytes) => bytes is null ? null : $"'{Convert.ToHexString(bytes)}'";
}
