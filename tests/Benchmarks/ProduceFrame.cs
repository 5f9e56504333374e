using System.Buffers.Binary;
using System.Text;

namespace KafkaBackup.Benchmarks;

/// <summary>A Produce request of one batch as it goes over the wire, for those who send it over a socket of their own.</summary>
internal static class ProduceFrame
{
    private const short Produce = 0;

    /// <summary>The last version before the compact encoding, and the first that has a sentence in its answer.</summary>
    private const short Version = 8;
    private const short NoText = -1;
    private const short AcknowledgedByAll = -1;
    private const int TimeoutMs = 10_000;

    /// <summary>The request, its length before it.</summary>
    public static byte[] Build(string topic, int partition, ReadOnlySpan<byte> batch)
    {
        using var frame = new MemoryStream(batch.Length + 128);
        Add(frame, 0); // The length, when it is known.
        Add(frame, Produce);
        Add(frame, Version);
        Add(frame, 1); // Correlation id.
        Add(frame, NoText); // Client id.
        Add(frame, NoText); // Transactional id.
        Add(frame, AcknowledgedByAll);
        Add(frame, TimeoutMs);
        Add(frame, 1); // Topics.
        Add(frame, (short)topic.Length);
        frame.Write(Encoding.UTF8.GetBytes(topic));
        Add(frame, 1); // Partitions.
        Add(frame, partition);
        Add(frame, batch.Length);
        frame.Write(batch);
        var bytes = frame.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(bytes, bytes.Length - sizeof(int));
        return bytes;
    }

    /// <summary>Where the partition's error stands in an answer, its length not counted.</summary>
    /// <remarks>Behind correlation id, one topic with its name, and one partition's number.</remarks>
    public static int ErrorAt(string topic) => 4 + 4 + 2 + topic.Length + 4 + 4;

    private static void Add(MemoryStream frame, int number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        frame.Write(bytes);
    }

    private static void Add(MemoryStream frame, short number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(short)];
        BinaryPrimitives.WriteInt16BigEndian(bytes, number);
        frame.Write(bytes);
    }
}
