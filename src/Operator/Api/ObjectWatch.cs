using System.Net;
using System.Text.Json.Nodes;

namespace KafkaBackup.Operator.Api;

/// <summary>Knows which objects of a kind there are: lists them, watches, and lists anew whenever a watch ends, however it ends.</summary>
/// <remarks>A watch may end without a word, or miss something for ever; so it is ended and all is listed anew now and then.</remarks>
public sealed class ObjectWatch
{
    private readonly KubernetesApi _api;
    private readonly string _path;
    private readonly Action<JsonObject> _changed;
    private readonly Action<string?> _tell;
    private readonly TimeProvider _clock;
    private readonly Random _random;

    /// <summary>A watch of what is at <paramref name="path"/>.</summary>
    /// <param name="api">The API server.</param>
    /// <param name="path">The path of a list.</param>
    /// <param name="changed">Takes each object that is there, came, changed or went; the same one may come several times.</param>
    /// <param name="tell">Takes what is wrong, each time that it is tried again; null when it is over.</param>
    /// <param name="clock">The time.</param>
    /// <param name="random">Spreads the tries of several.</param>
    public ObjectWatch(KubernetesApi api, string path, Action<JsonObject> changed, Action<string?> tell, TimeProvider clock, Random random) =>
        (_api, _path, _changed, _tell, _clock, _random) = (api, path, changed, tell, clock, random);

    /// <summary>After how long all is listed anew at the latest. Default: 10 minutes.</summary>
    public TimeSpan ListInterval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The longest pause before a list that failed is tried again. Default: 30 s.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Goes on until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        for (var failures = 0; ; failures++)
        {
            try
            {
                var list = await _api.ListAsync(_path, cancellation);
                failures = 0;
                _tell(null);
                foreach (var item in list.Items)
                {
                    _changed(item);
                }

                await WatchAsync(list.Version, cancellation);
                failures = -1; // It ended as it should: at once once more.
            }
            catch (KubernetesException e)
            {
                // A moment too long ago is what happens to a watch, and no fault: what was missed is in the next list.
                _tell(e.Status == HttpStatusCode.Gone ? null : e.Message);
            }

            await Task.Delay(PauseAfter(failures), _clock, cancellation);
        }
    }

    private async Task WatchAsync(string version, CancellationToken cancellation)
    {
        await foreach (var told in _api.WatchAsync(_path, version, ListInterval, cancellation))
        {
            if (told.Type != "BOOKMARK")
            {
                _changed(told.Object);
            }
        }
    }

    /// <summary>Half a second at least, so that a server that ends each watch at once is not run into the ground; then twice as long each time.</summary>
    private TimeSpan PauseAfter(int failures)
    {
        var pause = Math.Min(LongestPause.TotalSeconds, 0.5 * Math.Pow(2, Math.Clamp(failures, 0, 10)));
        return TimeSpan.FromSeconds(pause * (0.5 + _random.NextDouble()));
    }
}
