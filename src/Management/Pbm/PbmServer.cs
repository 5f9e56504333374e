using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using KafkaBackup.Shared;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace KafkaBackup.Management.Pbm;

/// <summary>Answers commands in the manner of <c>pbm</c>: a connection for each, see docs/cluster-commands.md.</summary>
/// <remarks>Whoever can connect may send anything. So the number of connections is bounded, each has a few seconds for its one line of
/// bounded length, and none is waited for while it does not read. More of them wait in the system's queue.</remarks>
public sealed partial class PbmServer : IHostedService, IDisposable
{
    private const int MaxConnections = 32;

    /// <summary>Following must leave room for questions.</summary>
    private const int MaxFollowers = 16;

    private const int Backlog = 128;

    /// <summary>The pause after an error of the system's, such as too many open files.</summary>
    private static readonly TimeSpan AcceptPause = TimeSpan.FromSeconds(1);

    private readonly PbmSettings _settings;
    private readonly PbmCommands _commands;
    private readonly ILogger<PbmServer> _log;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _connections = new(MaxConnections);
    private readonly SemaphoreSlim _followers = new(MaxFollowers);
    private readonly Socket _socket;
    private Task _accepting = Task.CompletedTask;

    /// <summary>A server for a node.</summary>
    /// <param name="settings">Where it listens.</param>
    /// <param name="node">The node.</param>
    /// <param name="recent">What the node logs.</param>
    /// <param name="log">Takes what goes wrong here.</param>
    /// <param name="clock">Gives events their time, and strangers theirs.</param>
    public PbmServer(PbmSettings settings, NodeView node, RecentLog recent, ILogger<PbmServer> log, TimeProvider clock)
    {
        _settings = settings;
        _log = log;
        _clock = clock;
        _commands = new PbmCommands([
            new ClusterPalette(node, clock).Create(), new ShardingPalette(node).Create(), new BackupPalette(node).Create(),
            new ActorPalette((Akka.Actor.ExtendedActorSystem)node.ActorSystem).Create(), new LogPalette(recent).Create(),
            new UptimePalette(node.ActorSystem).Create(),
        ]);
        var address = AddressOf(settings.Host);
        _socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        EndPoint = new IPEndPoint(address, settings.Port);
    }

    /// <summary>Where it listens; the port is known once it does.</summary>
    public IPEndPoint EndPoint { get; private set; }

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            _socket.Bind(EndPoint);
            _socket.Listen(Backlog);
        }
        catch (SocketException e)
        {
            throw new BackupException(FailureKind.Configuration,
                $"Cannot listen on {EndPoint} for pbm commands: {e.Message}. "
                    + "Set KAFKA_BACKUP_PBM_PORT to another port (several nodes on one machine need one each), or to -1 for none.",
                    e);
        }

        EndPoint = (IPEndPoint)_socket.LocalEndPoint!;
        LogListening(EndPoint);
        _accepting = AcceptAsync();
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _accepting;
        for (var ended = 0; ended < MaxConnections; ended++)
        {
            await _connections.WaitAsync(cancellationToken);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _socket.Dispose();
        _stopping.Dispose();
        _connections.Dispose();
        _followers.Dispose();
    }

    private static IPAddress AddressOf(string host)
    {
        try
        {
            return host == "localhost" ? IPAddress.Loopback : IPAddress.TryParse(host, out var address) ? address : Dns.GetHostAddresses(host)[0];
        }
        catch (Exception e) when (e is SocketException or IndexOutOfRangeException)
        {
            throw new BackupException(FailureKind.Configuration, $"kafka-backup.pbm.host is '{host}', which is no address of this machine.", e);
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                await _connections.WaitAsync(_stopping.Token);
                try
                {
                    _ = ServeAsync(await _socket.AcceptAsync(_stopping.Token));
                }
                catch (SocketException e)
                {
                    _connections.Release();
                    LogNotAccepted(e.Message);
                    await Task.Delay(AcceptPause, _clock, _stopping.Token);
                }
                catch (OperationCanceledException)
                {
                    _connections.Release();
                    throw;
                }
            }
        }
        catch (OperationCanceledException)
        {
            _socket.Close();
        }
    }

    /// <summary>Serves one connection. Nothing that comes over it gets out of here.</summary>
    private async Task ServeAsync(Socket socket)
    {
        try
        {
            await using var connection = await PbmConnection.OpenAsync(socket, _settings.Tls, _clock, _stopping.Token);
            await connection.ServeAsync(_commands, _settings.Token, _followers);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException or AuthenticationException)
        {
            // Whoever asked has gone, does not read or speaks no TLS where it is wanted, or this node stops.
        }
        catch (Exception e)
        {
            LogFailed(e.Message, e); // A fault of this program's that is not worth a node.
        }
        finally
        {
            _connections.Release();
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Listening on {EndPoint} for pbm commands")]
    private partial void LogListening(IPEndPoint endPoint);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A connection for pbm commands was not accepted: {Reason}")]
    private partial void LogNotAccepted(string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A pbm command failed unexpectedly: {Reason}")]
    private partial void LogFailed(string reason, Exception exception);
}
