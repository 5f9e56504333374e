using System.Buffers.Binary;
using System.Net.Sockets;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Testing;

namespace KafkaBackup.EmbeddedKafka.Tests.Protocol;

/// <summary>A connection on which a test sends any bytes or messages it likes.</summary>
internal sealed class RawClient(int port) : IDisposable
{
    private readonly TcpClient _client = new("127.0.0.1", port);
    private int _correlation;

    public int Port => port;

    public async Task SendAsync(ReadOnlyMemory<byte> bytes) => await _client.GetStream().WriteAsync(bytes);

    /// <summary>Sends a request and reads its answer.</summary>
    public async Task<T> AskAsync<T>(ApiKey key, short version, IWireStruct request)
        where T : IWireStruct
    {
        var header = new RequestHeader(key, version, ++_correlation, "raw");
        using (var frame = WireFrames.WriteRequest(header, request))
        {
            await SendAsync(frame.Written);
        }

        return (T)WireFrames.ReadResponse(new WireReader(await ReceiveAsync() ?? throw new IOException("The broker closed the connection.")), header);
    }

    /// <summary>An answer without its length; null if the broker closed the connection.</summary>
    public async Task<byte[]?> ReceiveAsync()
    {
        using var patience = new CancellationTokenSource(TestLimits.Hang);
        try
        {
            var length = new byte[4];
            await _client.GetStream().ReadExactlyAsync(length, patience.Token);
            var body = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
            await _client.GetStream().ReadExactlyAsync(body, patience.Token);
            return body;
        }
        catch (Exception exception) when (exception is EndOfStreamException or IOException)
        {
            return null;
        }
    }

    public void Dispose() => _client.Dispose();
}
