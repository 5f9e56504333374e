using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using KafkaBackup.Kafka.Wire.Records;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Benchmarks;

/// <summary>Asks a broker why it refuses a record: Confluent.Kafka shows the error's code only, and not the sentence that came with it.</summary>
internal static class RefusalText
{
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

        // Error, three numbers of eight bytes, no errors of single records.
        var at = ProduceFrame.ErrorAt(topic) + 2 + (3 * 8) + 4;
        var textLength = BinaryPrimitives.ReadInt16BigEndian(answer.AsSpan(at));
        return textLength < 0 ? null : Encoding.UTF8.GetString(answer, at + 2, textLength);
    }

    private static byte[] Request(string topic)
    {
        using var writer = new RecordBatchWriter();
        writer.Begin(new RecordBatchOptions());
        writer.Append(0, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), NullableSpan.Null, NullableSpan.Of(new byte[RecordBytes]));
        return ProduceFrame.Build(topic, 0, writer.Finish().Span);
    }
}
