using System.Net.Sockets;
using KafkaBackup.EmbeddedKafka.Requests;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Records;
using Microsoft.Extensions.Logging;

namespace KafkaBackup.EmbeddedKafka.Net;

/// <summary>One client's connection: answers its requests one after the other, as Kafka promises.</summary>
internal sealed partial class Connection(Socket socket, RequestRouter router, EmbeddedBrokerOptions options)
{
    private readonly ILogger _logger = options.Logger;

    /// <summary>Serves the client until it leaves, sends what no client would, or <paramref name="cancellation"/> stops the broker. Does not
    /// throw.</summary>
    public async Task ServeAsync(CancellationToken cancellation)
    {
        using var owned = socket;
        socket.NoDelay = true;
        using var frames = new FrameReader(socket, options.MaxRequestBytes);
        try
        {
            while (await frames.ReadAsync(cancellation) is { } frame)
            {
                using var answer = await AnswerAsync(frame, cancellation);
                if (answer is not null)
                {
                    await SendAsync(answer.Written, cancellation);
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            // The client or the broker has gone.
        }
        catch (Exception exception) when (exception is WireFormatException or ConnectionRefusedException)
        {
            LogRefused(socket.RemoteEndPoint?.ToString(), exception.Message);
        }
        catch (Exception exception)
        {
            // A fault of the broker must not take down the other connections; this client sees its own closed.
            LogFault(exception, socket.RemoteEndPoint?.ToString());
        }
    }

    private async ValueTask<WireWriter?> AnswerAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellation)
    {
        var reader = new WireReader(frame);
        var header = WireFrames.ReadRequestHeader(reader);
        if (header.Api is null)
        {
            // The one request that is answered in any version: the client cannot know yet which to use, and reads the oldest.
            return header.Key == ApiKey.ApiVersions
                ? WireFrames.WriteResponse(header with { Version = 0 }, ApiVersionsHandler.AnswerUnknownVersion())
                : throw new ConnectionRefusedException(
                    $"It asked for {header.Key} in version {header.Version}, which the embedded broker does not serve.");
        }

        var request = WireFrames.ReadRequest(reader, header);
        var response = await router.AnswerAsync(header, request, cancellation);
        return response is null ? null : WireFrames.WriteResponse(header, response);
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes, cancellation)..];
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Closed the connection of {Client}: {Reason}")]
    private partial void LogRefused(string? client, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Closed the connection of {Client} because of a fault of the embedded broker")]
    private partial void LogFault(Exception exception, string? client);
}
