using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.Json;
using Akka.Actor;
using KafkaBackup.Shared;

namespace KafkaBackup.Management.Pbm;

/// <summary>A connection to a node: one command, its answer, and the end.</summary>
internal sealed class PbmConnection : IAsyncDisposable
{
    /// <summary>The longest command, in bytes.</summary>
    public const int MaxRequestBytes = 16 * 1024;

    /// <summary>The longest text of a line that is answered, in characters.</summary>
    private const int MaxTextLength = 16 * 1024;

    /// <summary>How long the command may take to arrive, and part of an answer to be read.</summary>
    private static readonly TimeSpan PeerPatience = TimeSpan.FromSeconds(5);

    /// <summary>How much is read of what comes behind the command, so that the answer is not lost by a reset.</summary>
    private const int MaxDrainedBytes = 1024 * 1024;

    private readonly Socket _socket;
    private readonly Stream _stream;
    private readonly BufferedStream _output;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _ended;

    private PbmConnection(Socket socket, Stream stream, TimeProvider clock, CancellationTokenSource ended)
    {
        (_socket, _stream, _clock, _ended) = (socket, stream, clock, ended);
        _output = new BufferedStream(_stream, 16 * 1024);
    }

    /// <summary>Takes a connection over.</summary>
    /// <param name="socket">The connection, which is closed in any case.</param>
    /// <param name="tls">What this node shows of itself; null: it speaks in the clear.</param>
    /// <param name="clock">Gives strangers their time.</param>
    /// <param name="stopping">Ends it.</param>
    /// <exception cref="AuthenticationException">The other side speaks no TLS, or does not trust this node.</exception>
    public static async Task<PbmConnection> OpenAsync(Socket socket, SslServerAuthenticationOptions? tls, TimeProvider clock, CancellationToken stopping)
    {
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        var stream = new NetworkStream(socket, ownsSocket: true);
        if (tls is null)
        {
            return new PbmConnection(socket, stream, clock, CancellationTokenSource.CreateLinkedTokenSource(stopping));
        }

        var secured = new SslStream(stream);
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            patience.CancelAfter(PeerPatience);
            await secured.AuthenticateAsServerAsync(tls, patience.Token);
            return new PbmConnection(socket, secured, clock, CancellationTokenSource.CreateLinkedTokenSource(stopping));
        }
        catch
        {
            await secured.DisposeAsync();
            throw;
        }
    }

    /// <summary>Reads the command, and answers it.</summary>
    /// <param name="commands">What can be told and asked.</param>
    /// <param name="token">What is demanded; empty: nothing.</param>
    /// <param name="followers">Room for those that go on.</param>
    public async Task ServeAsync(PbmCommands commands, string token, SemaphoreSlim followers)
    {
        ApiProblem? problem;
        try
        {
            problem = await ReadAsync() is not { } request
                ? null
                : token.Length > 0 && !Tokens.AreEqual(request.Token ?? "", token)
                ? Wrong(string.IsNullOrEmpty(request.Token)
                    ? "This node demands a token: give --token-file, or set KAFKA_BACKUP_PBM_TOKEN."
                    : "The token is not this node's: see what --token-file or KAFKA_BACKUP_PBM_TOKEN gives.")
                : await AnswerAsync(commands, request, followers);
        }
        catch (InvalidDataException)
        {
            problem = Wrong($"A command has at most {MaxRequestBytes} bytes.");
        }
        catch (JsonException)
        {
            problem = Wrong("This port takes one command as a line of JSON, such as {\"command\":[\"cluster\",\"show\"]}.");
        }

        await WriteAsync(new PbmAnswer { End = true, Problem = problem });
        await FlushAsync();
        await DrainAsync();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _ended.Dispose();
        await _stream.DisposeAsync();
    }

    private static ApiProblem Wrong(string sentence) => new(FailureKind.Configuration, [sentence]);

    private async Task<PbmRequest?> ReadAsync()
    {
        using var patience = Patience();
        var line = await new BoundedLines(_stream, MaxRequestBytes).ReadAsync(patience.Token) ?? throw new EndOfStreamException("No command came.");
        return JsonSerializer.Deserialize(line.Span, PbmJson.Default.PbmRequest) is { Command: { } words } request
            && words.All(word => word is not null)
            ? request
            : throw new JsonException("It is null.");
    }

    private async Task<ApiProblem?> AnswerAsync(PbmCommands commands, PbmRequest request, SemaphoreSlim followers)
    {
        try
        {
            var (verb, arguments) = commands.Find([.. request.Command]);
            if (!verb.Streams)
            {
                await foreach (var line in verb.Run(arguments, _ended.Token))
                {
                    await WriteAsync(ToAnswer(line));
                }

                return null;
            }

            return await FollowAsync(verb, arguments, followers);
        }
        catch (BackupException e)
        {
            return new ApiProblem(e.Kind, [e.Message]);
        }
        catch (AskTimeoutException) when (request.Command is ["backup", ..])
        {
            return new ApiProblem(FailureKind.Internal, [CatalogueAccess.Away]);
        }
        catch (AskTimeoutException)
        {
            return new ApiProblem(FailureKind.Internal,
                ["What this node was asked it has to ask another one, which does not answer. Ask again in a few seconds."]);
        }
    }

    private async Task<ApiProblem?> FollowAsync(PbmVerb verb, PbmArguments arguments, SemaphoreSlim followers)
    {
        if (!await followers.WaitAsync(TimeSpan.Zero))
        {
            return new ApiProblem(FailureKind.Internal, ["As many follow this node as may. End a 'tail', or follow another node."]);
        }

        using var following = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token);
        var gone = Task.CompletedTask;
        try
        {
            await WriteAsync(new PbmAnswer { Streams = true });
            await FlushAsync();
            gone = EndWhenGoneAsync(following);
            await foreach (var line in verb.Run(arguments, following.Token))
            {
                await WriteAsync(ToAnswer(line));
                await FlushAsync();
            }

            return null;
        }
        finally
        {
            await following.CancelAsync();
            await gone;
            followers.Release();
        }
    }

    /// <summary>Ends the answer once the other side closes its connection or says anything more.</summary>
    private async Task EndWhenGoneAsync(CancellationTokenSource following)
    {
        try
        {
            _ = await _stream.ReadAsync(new byte[1], following.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // That is an end as well.
        }

        await following.CancelAsync();
    }

    private static PbmAnswer ToAnswer(PbmLine line) => new()
    {
        Text = line.Text.Length <= MaxTextLength ? line.Text : line.Text[..MaxTextLength] + "…",
        Data = line.Text.Length <= MaxTextLength ? line.Data : null,
    };

    private async Task WriteAsync(PbmAnswer answer)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(answer, PbmJson.Default.PbmAnswer);
        using var patience = Patience();
        await _output.WriteAsync(line, patience.Token);
        await _output.WriteAsync("\n"u8.ToArray(), patience.Token);
    }

    private async Task FlushAsync()
    {
        using var patience = Patience();
        await _output.FlushAsync(patience.Token);
    }

    private async Task DrainAsync()
    {
        using var patience = Patience();
        if (_stream is SslStream secured)
        {
            await secured.ShutdownAsync().WaitAsync(patience.Token);
        }

        _socket.Shutdown(SocketShutdown.Send);
        var buffer = new byte[4096];
        for (var left = MaxDrainedBytes; left > 0;)
        {
            var count = await _stream.ReadAsync(buffer, patience.Token);
            left = count == 0 ? 0 : left - count;
        }
    }

    /// <summary>Ends what the other side has to do its part for.</summary>
    private CancellationTokenSource Patience()
    {
        var patience = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token);
        patience.CancelAfter(PeerPatience);
        return patience;
    }
}
