using System.Net.Sockets;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;
using KafkaBackup.Shared;

namespace KafkaBackup.Kafka.Client;

/// <summary>A connection to one broker, over which many requests may be on their way: brokers answer them in their order. Once it has failed it stays so, with the reason.</summary>
internal sealed partial class WireConnection : IDisposable
{
    /// <summary>The client's name for itself, which brokers write into their logs and know quotas by.</summary>
    private const string ClientId = "kafka-backup";

    private readonly Socket _socket;
    private readonly Stream _stream;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Queue<Waiting> _waiting = [];
    private readonly Lock _gate = new();
    private Dictionary<ApiKey, short> _versions = [];
    private BackupException? _failure;
    private int _last;

    /// <summary>A connection over <paramref name="stream"/>, which is ready for requests.</summary>
    /// <param name="address">Whom it leads to, for messages.</param>
    /// <param name="socket">What is cut off.</param>
    /// <param name="stream">The socket's stream, encrypted if it is to be.</param>
    public WireConnection(BrokerAddress address, Socket socket, Stream stream)
    {
        (Address, _socket, _stream) = (address, socket, stream);
        _ = Task.Run(ReadAsync);
    }

    /// <summary>Whom it leads to.</summary>
    public BrokerAddress Address { get; }

    /// <summary>Whether requests can be sent.</summary>
    public bool IsAlive
    {
        get
        {
            lock (_gate)
            {
                return _failure is null;
            }
        }
    }

    /// <summary>Asks which versions the broker speaks.</summary>
    /// <exception cref="BackupException">It does not say so.</exception>
    public async Task GreetAsync(TimeSpan patience, CancellationToken cancellation)
    {
        // Version 0 is what every broker answers, and says all that matters here.
        var answer = (ApiVersionsResponse)await AskAsync(ApiKey.ApiVersions, 0, new ApiVersionsRequest(), patience, cancellation);
        if (answer.ErrorCode != KafkaError.None)
        {
            throw Failed($"{Address} does not say which requests it understands ({answer.ErrorCode})");
        }

        _versions = answer.ApiKeys
            .Select(offered => (Api: WireApis.Find((ApiKey)offered.Key), offered.MinVersion, offered.MaxVersion))
            .Where(offered => offered.Api is { } api && api.MinVersion <= offered.MaxVersion && offered.MinVersion <= api.MaxVersion)
            .ToDictionary(offered => offered.Api!.Key, offered => Math.Min(offered.Api!.MaxVersion, offered.MaxVersion));
    }

    /// <summary>The highest version of a request that both sides speak, up to <paramref name="most"/>.</summary>
    /// <exception cref="BackupException">There is none: the broker is too old or too new.</exception>
    public short VersionOf(ApiKey key, short most = short.MaxValue) => _versions.TryGetValue(key, out var version)
        ? Math.Min(version, most)
        : throw new BackupException(FailureKind.Source, $"{Address} does not understand {key} requests as this program sends them: brokers of Kafka 2.1 and later do.");

    /// <summary>Sends a request in the highest version that both sides speak, and waits for its answer.</summary>
    /// <inheritdoc cref="AskAsync(ApiKey, short, IWireStruct, TimeSpan, CancellationToken)"/>
    public async Task<T> AskAsync<T>(ApiKey key, IWireStruct request, TimeSpan patience, CancellationToken cancellation)
        where T : class, IWireStruct =>
        (T)await AskAsync(key, VersionOf(key), request, patience, cancellation);

    /// <summary>Sends a request, and waits for its answer.</summary>
    /// <param name="key">What is asked for.</param>
    /// <param name="version">The version of request and answer.</param>
    /// <param name="request">The request.</param>
    /// <param name="patience">After so long without a byte of an answer the connection is given up.</param>
    /// <param name="cancellation">Ends the waiting; the answer is thrown away.</param>
    /// <exception cref="BackupException">No answer came. Whether the broker has got the request is not known.</exception>
    public Task<IWireStruct> AskAsync(ApiKey key, short version, IWireStruct request, TimeSpan patience, CancellationToken cancellation) =>
        AskAsync(key, version, request, new Waiting(new TaskCompletionSource<IWireStruct>(TaskCreationOptions.RunContinuationsAsynchronously)), patience, cancellation);

    private async Task<IWireStruct> AskAsync(ApiKey key, short version, IWireStruct request, Waiting waiting, TimeSpan patience, CancellationToken cancellation)
    {
        var writing = WriteAsync(key, version, request, waiting, cancellation);
        try
        {
            await writing.WaitAsync(patience, cancellation);
            while (true)
            {
                var received = Interlocked.Read(ref _received);
                try
                {
                    return await waiting.Answer.Task.WaitAsync(patience, cancellation);
                }
                catch (TimeoutException) when (Interlocked.Read(ref _received) > received)
                {
                    // It, or one before it, is coming: a large one over a slow line takes its time.
                }
            }
        }
        catch (TimeoutException)
        {
            throw Failed($"{Address} has not answered a {key} request within {patience.TotalSeconds:0} s");
        }
    }

    /// <summary>The same for an answer that may be large: its bytes are lent by a pool, to which whoever asked gives them back.</summary>
    /// <param name="key">What is asked for.</param>
    /// <param name="version">The version of request and answer.</param>
    /// <param name="request">The request.</param>
    /// <param name="mostBytes">The largest answer that is taken.</param>
    /// <param name="patience">After so long without an answer the connection is given up.</param>
    /// <exception cref="AnswerTooLargeException">The answer is larger; the connection is given up.</exception>
    /// <exception cref="BackupException">No answer came.</exception>
    public async Task<PooledAnswer<T>> AskPooledAsync<T>(ApiKey key, short version, IWireStruct request, int mostBytes, TimeSpan patience)
        where T : class, IWireStruct
    {
        var waiting = new Waiting(new TaskCompletionSource<IWireStruct>(TaskCreationOptions.RunContinuationsAsynchronously)) { MostPooled = mostBytes };
        var answer = (T)await AskAsync(key, version, request, waiting, patience, CancellationToken.None);
        return new PooledAnswer<T>(answer, waiting.Pooled!);
    }

    /// <summary>Sends a request that is not answered, as a Produce request without acknowledgements.</summary>
    /// <exception cref="BackupException">It could not be sent.</exception>
    public async Task TellAsync(ApiKey key, short version, IWireStruct request, TimeSpan patience, CancellationToken cancellation)
    {
        try
        {
            await WriteAsync(key, version, request, waiting: null, cancellation).WaitAsync(patience, cancellation);
        }
        catch (TimeoutException)
        {
            throw Failed($"{Address} has not taken a {key} request within {patience.TotalSeconds:0} s");
        }
    }

    /// <inheritdoc />
    /// <remarks>What the system has not sent by now never is.</remarks>
    public void Dispose() => Failed($"The connection to {Address} was closed");

    private async Task WriteAsync(ApiKey key, short version, IWireStruct request, Waiting? waiting, CancellationToken cancellation)
    {
        await _writing.WaitAsync();
        try
        {
            var header = new RequestHeader(key, version, unchecked(++_last), ClientId);
            using var frame = WireFrames.WriteRequest(header, request);
            lock (_gate)
            {
                if (_failure is { } failure)
                {
                    throw Again(failure);
                }

                cancellation.ThrowIfCancellationRequested(); // Whoever asked has gone since, and may have used the request's bytes for something else.
                if (waiting is not null)
                {
                    waiting.Header = header;
                    _waiting.Enqueue(waiting);
                }
            }

            await _stream.WriteAsync(frame.Written);
            await _stream.FlushAsync();
        }
        catch (Exception e) when (IsOfConnection(e))
        {
            throw Failed($"The connection to {Address} broke: {Reason(e)}", e);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Gives the connection up, if it has not been; all who wait learn why.</summary>
    private BackupException Failed(string reason, Exception? cause = null)
    {
        List<Waiting> waiting;
        BackupException failure;
        lock (_gate)
        {
            failure = _failure ??= new BackupException(FailureKind.Source, reason, cause) { IsRetryable = true };
            waiting = [.. _waiting];
            _waiting.Clear();
        }

        CutOff();
        waiting.ForEach(one => one.Answer.TrySetException(Again(failure)));
        return Again(failure);
    }

    private void CutOff()
    {
        try
        {
            _socket.LingerState = new LingerOption(enable: true, seconds: 0); // What the system has not sent yet is dropped.
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It is closed already.
        }

        _socket.Dispose(); // Before its stream, which would say goodbye.
        _stream.Dispose();
    }

    /// <summary>One exception must not be thrown by several.</summary>
    private static BackupException Again(BackupException failure) => new(failure.Kind, failure.Message, failure) { IsRetryable = true };

    private static string Reason(Exception e) => (e is IOException { InnerException: SocketException inner } ? inner.Message : e.Message).TrimEnd('.');

    private static bool IsOfConnection(Exception e) => e is IOException or SocketException or ObjectDisposedException or InvalidOperationException;
}
