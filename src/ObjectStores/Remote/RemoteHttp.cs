using System.Net;

namespace KafkaBackup.ObjectStores.Remote;

/// <summary>Connections to stores.</summary>
internal static class RemoteHttp
{
    /// <summary>Stores close idle connections after some 20 s; a request on a closed one fails in doubt.</summary>
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromSeconds(15);

    /// <summary>Every so often a name is looked up anew.</summary>
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    /// <summary>The connections of one store, which neither follow an answer elsewhere nor unpack what it holds.</summary>
    public static SocketsHttpHandler Connections(RemoteTuning tuning) => new()
    {
        ConnectTimeout = tuning.ConnectTimeout,
        PooledConnectionIdleTimeout = IdleTimeout,
        PooledConnectionLifetime = ConnectionLifetime,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        UseCookies = false,
    };

    /// <summary>A client without a time limit of its own: large content takes its time, and <see cref="InactivityWatch"/> ends what stands still.</summary>
    public static HttpClient Client(HttpMessageHandler handler) => new(handler) { Timeout = Timeout.InfiniteTimeSpan };
}
