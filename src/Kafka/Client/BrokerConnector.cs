using System.Net.Sockets;
using KafkaBackup.Kafka.Client.Security;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;

namespace KafkaBackup.Kafka.Client;

/// <summary>Opens connections to brokers: TCP, TLS, versions, login.</summary>
internal sealed class BrokerConnector(KafkaSection cluster) : IDisposable
{
    /// <summary>Linux's numbers: how long what was sent may stay without an acknowledgement by TCP.</summary>
    private const int Tcp = 6, TcpUserTimeout = 18;

    /// <summary>How long a connection may take to be made, as of all clients here.</summary>
    private static readonly TimeSpan SetupPatience = TimeSpan.FromSeconds(10);

    /// <summary>Another connection is opened when so much of a session is over: what is on its way has the rest.</summary>
    private const double MostOfSession = 0.8;

    /// <summary>No session that is longer matters, in ms: a week.</summary>
    private const long MostSession = 7 * 86_400_000L;

    private readonly TlsChannel? _tls = cluster.Security.IsTls ? new TlsChannel(cluster.Security, TimeProvider.System) : null;
    private readonly SaslExchanges? _logins = cluster.Security.IsSasl ? new SaslExchanges(cluster, TimeProvider.System) : null;

    /// <summary>Opens a connection over which requests can be sent.</summary>
    /// <exception cref="BackupException">The broker does not answer, or does not let this user in.</exception>
    public async Task<OpenConnection> OpenAsync(BrokerAddress address, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(SetupPatience);
        Socket? socket = null;
        WireConnection? connection = null;
        try
        {
            socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = cluster.Connection.TcpNoDelay };
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, cluster.Connection.TcpKeepalive);
            if (OperatingSystem.IsLinux())
            {
                socket.SetRawSocketOption(Tcp, TcpUserTimeout, BitConverter.GetBytes((int)ClusterClient.Patience.TotalMilliseconds)); // By default it notices after a quarter of an hour that nobody is there any more.
            }

            await socket.ConnectAsync(address.Host, address.Port, patience.Token);
            Stream stream = new NetworkStream(socket, ownsSocket: false);
            if (_tls is not null)
            {
                stream = await _tls.AuthenticateAsync(stream, address.Host, patience.Token);
            }

            connection = new WireConnection(address, socket, stream);
            await connection.GreetAsync(SetupPatience, patience.Token);
            var until = _logins is null ? null : await LoginAsync(connection, _logins, patience.Token);
            return new OpenConnection(connection, until);
        }
        catch (Exception e)
        {
            connection?.Dispose();
            socket?.Dispose();
            throw e switch
            {
                BackupException known => CauseOf(known) is { } cause ? _tls?.Refusal(cause, address.Host) ?? known : known,
                OperationCanceledException when !cancellation.IsCancellationRequested => Unreachable($"{address} does not answer within {SetupPatience.TotalSeconds:0} s", e),
                SocketException => Unreachable($"{address} cannot be reached: {e.Message.TrimEnd('.')}", e),
                IOException => Unreachable($"{address} closed the connection while it was made: {e.Message.TrimEnd('.')}", e),
                OperationCanceledException or ObjectDisposedException => e,
                _ => Unreachable($"No connection to {address} can be made: {e.Message.TrimEnd('.')}", e),
            };
        }
    }

    /// <inheritdoc />
    public void Dispose() => _logins?.Dispose();

    /// <summary>What the system threw.</summary>
    private static Exception? CauseOf(BackupException failure)
    {
        Exception? cause = failure;
        while (cause is BackupException)
        {
            cause = cause.InnerException;
        }

        return cause;
    }

    private static BackupException Unreachable(string reason, Exception cause) => new(FailureKind.Source, reason, cause) { IsRetryable = true };

    private async Task<DateTimeOffset?> LoginAsync(WireConnection connection, SaslExchanges logins, CancellationToken cancellation)
    {
        var exchange = logins.Create();
        var handshake = await connection.AskAsync<SaslHandshakeResponse>(ApiKey.SaslHandshake, new SaslHandshakeRequest { Mechanism = exchange.Mechanism }, SetupPatience, cancellation);
        if (handshake.ErrorCode != KafkaError.None)
        {
            throw new BackupException(FailureKind.Source,
                $"{connection.Address} does not take {cluster.Name}.security.sasl_mechanism {exchange.Mechanism}; it offers {string.Join(", ", handshake.Mechanisms)}");
        }

        var message = await exchange.BeginAsync(cancellation);
        while (true)
        {
            var answer = await connection.AskAsync<SaslAuthenticateResponse>(ApiKey.SaslAuthenticate, new SaslAuthenticateRequest { AuthBytes = message }, SetupPatience, cancellation);
            if (answer.ErrorCode != KafkaError.None)
            {
                throw exchange.Refusal(answer.ErrorMessage);
            }

            if (exchange.Continue(answer.AuthBytes.Span) is not { } next)
            {
                return answer.SessionLifetimeMs > 0 ? TimeProvider.System.GetUtcNow().AddMilliseconds(Math.Min(answer.SessionLifetimeMs, MostSession) * MostOfSession) : null;
            }

            message = next;
        }
    }
}
