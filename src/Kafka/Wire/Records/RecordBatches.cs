using System.Buffers.Binary;
using Layout = KafkaBackup.Kafka.Wire.Records.RecordBatchLayout;

namespace KafkaBackup.Kafka.Wire.Records;

/// <summary>The record batches in the records field of a Fetch response or a Produce request, one behind the other.</summary>
public readonly struct RecordBatches
{
    private readonly ReadOnlyMemory<byte> _records;
    private readonly bool _endsAnywhere;

    private RecordBatches(ReadOnlyMemory<byte> records, bool endsAnywhere)
    {
        _records = records;
        _endsAnywhere = endsAnywhere;
    }

    /// <summary>The batches that a broker sent, which cuts the last one where the client's byte limit is: that one is left out.</summary>
    public static RecordBatches OfFetch(ReadOnlyMemory<byte> records) => new(records, endsAnywhere: true);

    /// <summary>The batches that a producer sent, all of them whole.</summary>
    public static RecordBatches OfProduce(ReadOnlyMemory<byte> records) => new(records, endsAnywhere: false);

    /// <summary>Starts before the first batch.</summary>
    public Enumerator GetEnumerator() => new(_records, _endsAnywhere);

    /// <summary>Walks over the batches without making an object for each.</summary>
    public struct Enumerator
    {
        private readonly ReadOnlyMemory<byte> _records;
        private readonly bool _endsAnywhere;
        private int _next;

        internal Enumerator(ReadOnlyMemory<byte> records, bool endsAnywhere)
        {
            _records = records;
            _endsAnywhere = endsAnywhere;
        }

        /// <summary>The current batch.</summary>
        public RecordBatch Current { get; private set; }

        /// <summary>Moves to the next batch.</summary>
        /// <returns>False at the end, and in a Fetch response before a batch that is not whole.</returns>
        /// <exception cref="WireFormatException">What follows is no batch; the position counts from the start of the field.</exception>
        public bool MoveNext()
        {
            var rest = _records[_next..];
            if (rest.IsEmpty || (_endsAnywhere && IsCut(rest.Span)))
            {
                return false;
            }

            // Producers of today send none of before Kafka 0.11; logs still have them.
            var isLegacy = _endsAnywhere && rest.Length > Layout.Magic && rest.Span[Layout.Magic] < Layout.MagicValue;
            var header = isLegacy ? RecordBatchHeader.ParseLegacy(rest.Span, _next) : RecordBatchHeader.Parse(rest.Span, _next);
            Current = new RecordBatch(header, rest[..header.TotalBytes]);
            _next += header.TotalBytes;
            return true;
        }

        private static bool IsCut(ReadOnlySpan<byte> rest) =>
            rest.Length < Layout.LengthStart
            || BinaryPrimitives.ReadInt32BigEndian(rest[Layout.BatchLength..]) > rest.Length - Layout.LengthStart;
    }
}
