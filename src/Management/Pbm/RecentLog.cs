using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace KafkaBackup.Management.Pbm;

/// <summary>The last lines of a node's log, and those to come for whoever follows it.</summary>
/// <remarks>Who logs never waits: a follower that reads too slowly loses the oldest lines.</remarks>
/// <param name="capacity">How many lines are kept, and how many may wait for a follower.</param>
/// <param name="clock">Gives each line its time.</param>
public sealed class RecentLog(int capacity, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly Queue<LoggedLine> _lines = new(capacity);
    private readonly HashSet<ChannelWriter<LoggedLine>> _followers = [];

    /// <summary>How many lines are kept.</summary>
    public int Capacity => capacity;

    /// <summary>Adds a line.</summary>
    public void Add(string line)
    {
        var logged = new LoggedLine(clock.GetUtcNow(), line);
        lock (_gate)
        {
            if (_lines.Count == capacity)
            {
                _lines.Dequeue();
            }

            _lines.Enqueue(logged);
            foreach (var follower in _followers)
            {
                follower.TryWrite(logged);
            }
        }
    }

    /// <summary>The last <paramref name="count"/> lines, the oldest first.</summary>
    public IReadOnlyList<LoggedLine> Last(int count)
    {
        lock (_gate)
        {
            return [.. _lines.TakeLast(count)];
        }
    }

    /// <summary>The last <paramref name="count"/> lines and all that follow, until <paramref name="cancellation"/>.</summary>
    public async IAsyncEnumerable<LoggedLine> FollowAsync(int count, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var channel = Channel.CreateBounded<LoggedLine>(new BoundedChannelOptions(capacity) { FullMode = BoundedChannelFullMode.DropOldest });
        lock (_gate)
        {
            foreach (var line in _lines.TakeLast(count))
            {
                channel.Writer.TryWrite(line);
            }

            _followers.Add(channel.Writer);
        }

        try
        {
            await foreach (var line in channel.Reader.ReadAllAsync(cancellation))
            {
                yield return line;
            }
        }
        finally
        {
            lock (_gate)
            {
                _followers.Remove(channel.Writer);
            }
        }
    }
}
