using System.Net.Sockets;
using System.Text.Json;
using Akka.Actor;
using KafkaBackup.Shared;

namespace KafkaBackup.Management.Pbm;

/// <summary>A connection to a node: one command, its answer, and the end.</summary>
internal sealed class PbmConnection : IDisposable
{
    /// <summary>The longest command, in bytes.</summary>
    public const int MaxRequestBytes = 16 * 1024;

    /// <summary>The longest text of a line that is answered, in characters.</summary>
    private const int MaxTextLength = 16 * 1024;

    /// <summary>How long the command may take to arrive, and part of an answer to be read.</summary>
    private static readonly TimeSpan PeerPatience = TimeSpan.FromSeconds(5);

    /// <summary>How much is read of what comes behind the command, so that the answer is not lost by a reset.</summary>
    private const int MaxDrainedBytes = 1024 * 1024;

    private readonly NetworkStream _stream;
    private readonly BufferedStream _output;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _ended;

    /// <summary>Takes a connection over.</summary>
    public PbmConnection(Socket socket, TimeProvider clock, CancellationToken stopping)
    {
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        _stream = new NetworkStream(socket, ownsSocket: true);
        _output = new BufferedStream(_stream, 16 * 1024);
        _clock = clock;
        _ended = CancellationTokenSource.CreateLinkedTokenSource(stopping);
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
                ? Wrong("This node demands a token: give --token-file, or set KAFKA_BACKUP_PBM_TOKEN.")
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
    public void Dispose()
    {
        _ended.Dispose();
        _stream.Dispose();
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
        _stream.Socket.Shutdown(SocketShutdown.Send);
        using var patience = Patience();
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
