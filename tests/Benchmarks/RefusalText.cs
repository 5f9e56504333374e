using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using KafkaBackup.Kafka.Wire.Records;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Benchmarks;

/// <summary>Asks a broker why it refuses a record: Confluent.Kafka shows the error's code only, and not the sentence that came with it.</summary>
internal static class RefusalText
{
    private const short Produce = 0;

    /// <summary>The last version before the compact encoding, and the first that has a sentence in its answer.</summary>
    private const short Version = 8;
    private const short NoText = -1;
    private const short AcknowledgedByAll = -1;

    /// <summary>Large, as the little room that is left may take a small one.</summary>
    private const int RecordBytes = 900_000;
    private const int Attempts = 3;

    /// <summary>Sends large records to partition 0 of a topic until one is refused.</summary>
    /// <returns>The sentence in the answer.</returns>
    public static async Task<string> AskAsync(int port, string topic)
    {
        using var client = new TcpClient("127.0.0.1", port);
        for (var i = 0; i < Attempts; i++)
        {
            if (await SendAsync(client, topic) is { } text)
            {
                return text;
            }
        }

        throw new InvalidOperationException("The broker refuses nothing, or does not say why.");
    }

    private static async Task<string?> SendAsync(TcpClient client, string topic)
    {
        await client.GetStream().WriteAsync(Request(topic));
        var length = new byte[sizeof(int)];
        await client.GetStream().ReadExactlyAsync(length);
        var answer = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
        await client.GetStream().ReadExactlyAsync(answer);

        // Correlation id, one topic with its name, one partition: index, error, three numbers of eight bytes, no errors of single records.
        var at = 4 + 4 + 2 + topic.Length + 4 + 4 + 2 + (3 * 8) + 4;
        var textLength = BinaryPrimitives.ReadInt16BigEndian(answer.AsSpan(at));
        return textLength < 0 ? null : Encoding.UTF8.GetString(answer, at + 2, textLength);
    }

    private static byte[] Request(string topic)
    {
        using var writer = new RecordBatchWriter();
        writer.Begin(new RecordBatchOptions());
        writer.Append(0, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), NullableSpan.Null, NullableSpan.Of(new byte[RecordBytes]));
        var batch = writer.Finish();

        using var frame = new MemoryStream();
        Add(frame, 0); // The length, when it is known.
        Add(frame, Produce);
        Add(frame, Version);
        Add(frame, 1); // Correlation id.
        Add(frame, NoText); // Client id.
        Add(frame, NoText); // Transactional id.
        Add(frame, AcknowledgedByAll);
        Add(frame, 10_000); // Timeout, ms.
        Add(frame, 1); // Topics.
        Add(frame, (short)topic.Length);
        frame.Write(Encoding.UTF8.GetBytes(topic));
        Add(frame, 1); // Partitions.
        Add(frame, 0); // Partition number.
        Add(frame, batch.Length);
        frame.Write(batch.Span);
        var bytes = frame.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(bytes, bytes.Length - sizeof(int));
        return bytes;
    }

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
