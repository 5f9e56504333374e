using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using System.Text.Json;
using KafkaBackup.Cli.Cluster;
using KafkaBackup.Management.Pbm;
using KafkaBackup.Shared;

namespace KafkaBackup.Cli.Pbm;

/// <summary>Sends commands to one node, over a connection each.</summary>
/// <param name="address">Where it listens for them.</param>
/// <param name="token">What it demands; null: nothing.</param>
/// <param name="trust">How it is known; null: it speaks in the clear.</param>
/// <param name="patience">How long it may be silent; for tests.</param>
internal sealed class PbmClient(PbmAddress address, string? token, ClusterTrust? trust = null, TimeSpan? patience = null)
{
    private const int MaxAnswerBytes = 1024 * 1024;

    private readonly TimeSpan _patience = patience ?? TimeSpan.FromSeconds(20);

    /// <summary>The node.</summary>
    public PbmAddress Address => address;

    /// <summary>Sends a command, and reads the lines of its answer.</summary>
    /// <exception cref="ClusterAwayException">The node does not answer.</exception>
    /// <exception cref="BackupException">It did not do what it was told; the message says why.</exception>
    public async IAsyncEnumerable<PbmAnswer> SendAsync(IReadOnlyList<string> command, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var socket = new TcpClient();
        var lines = await AskAsync(() => ConnectAsync(socket, command, silence.Token), silence, cancellation);
        var streams = false;
        while (true)
        {
            var answer = await AskAsync(() => ReadAsync(lines, silence.Token), streams ? null : silence, cancellation);
            if (answer.Problem is { } problem)
            {
                throw new BackupException(problem.Kind, string.Join(Environment.NewLine, problem.Problems));
            }

            if (answer.End)
            {
                yield break;
            }

            if (answer.Streams)
            {
                streams = true;
                silence.CancelAfter(Timeout.InfiniteTimeSpan);
            }
            else
            {
                yield return answer;
            }
        }
    }

    private async Task<BoundedLines> ConnectAsync(TcpClient socket, IReadOnlyList<string> command, CancellationToken cancellation)
    {
        await socket.ConnectAsync(address.Host, address.Port, cancellation);
        Stream stream = socket.GetStream();
        if (trust is not null)
        {
            var secured = new SslStream(stream);
            await secured.AuthenticateAsClientAsync(trust.OptionsFor(address.Host), cancellation);
            stream = secured;
        }

        await stream.WriteAsync(
            (byte[])[.. JsonSerializer.SerializeToUtf8Bytes(new PbmRequest(command, token), PbmJson.Default.PbmRequest), (byte)'\n'], cancellation);
        return new BoundedLines(stream, MaxAnswerBytes);
    }

    private async Task<PbmAnswer> ReadAsync(BoundedLines lines, CancellationToken cancellation)
    {
        try
        {
            var line = await lines.ReadAsync(cancellation)
                ?? throw new ClusterAwayException(
                    $"The node at {address} ended its answer in the middle: it stops or has died{(trust is null ? ", or speaks TLS, which wants --ca" : "")}. See whether it runs, and ask again.", null);
            return JsonSerializer.Deserialize(line.Span, PbmJson.Default.PbmAnswer) ?? throw new JsonException("It is null.");
        }
        catch (Exception e) when (e is JsonException or InvalidDataException)
        {
            throw new BackupException(FailureKind.Configuration,
                $"{address} answers with something that no node says. Give "
                    + $"the port of kafka-backup.pbm.port, {PbmSettings.DefaultPort} unless it was changed.", e);
        }
    }

    /// <summary>Does one step of an exchange, in which the node may be silent for a while only.</summary>
    private async Task<T> AskAsync<T>(Func<Task<T>> step, CancellationTokenSource? silence, CancellationToken cancellation)
    {
        try
        {
            silence?.CancelAfter(_patience);
            return await step();
        }
        catch (Exception e) when (e is SocketException or IOException or AuthenticationException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            var reason = e is OperationCanceledException ? $"nothing within {_patience.TotalSeconds:0} s" : e.GetBaseException().Message.TrimEnd('.');
            throw new ClusterAwayException(
                $"No node answers at {address} ({reason}). See that it runs, {(trust is null ? "" : "that it speaks TLS with a certificate of --ca for that name, ")}and that its kafka-backup.pbm.host and port are these.", e);
        }
    }
}
