using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>Decides what it means that no record and no end of a partition comes. Pure but for the clock.</summary>
/// <remarks>
/// What its leader is asked meanwhile tells a quota (it answers, the log reaches further), a log that was cut or made anew (it answers, the
/// log ends before
/// the range), a partition without a leader (others answer), and a source that is away (nobody does) from each other.
/// </remarks>
internal sealed class ReadStall(PartitionId partition, long wanted, TimeProvider clock, string section = "source")
{
    /// <summary>After how long a silence the leader is asked, and how long the pause between two questions is.</summary>
    public static readonly TimeSpan ProbeAfter = TimeSpan.FromSeconds(3);

    /// <summary>How long the source may stay silent, no record, no end, no other answer, before the read is given up.</summary>
    public static readonly TimeSpan StallLimit = TimeSpan.FromSeconds(60);

    /// <summary>How long the partition may be without a leader.</summary>
    public static readonly TimeSpan LeaderLimit = TimeSpan.FromSeconds(30);

    /// <summary>How long a leader may live and send nothing: a quota that is slower than this is none that a backup could come through.</summary>
    public static readonly TimeSpan ThrottleLimit = TimeSpan.FromMinutes(10);

    /// <summary>After how long without a record the answers of a leader that lives are waited for with more patience.</summary>
    public static readonly TimeSpan PatienceAfter = TimeSpan.FromSeconds(5);

    /// <summary>How often in a row the log has to end before the range: a new leader may not have heard yet how far the others are.</summary>
    private const int ShortAnswers = 2;

    private long _lastRecord = clock.GetTimestamp();
    private long _lastAnswer = clock.GetTimestamp();
    private long _lastQuestion = clock.GetTimestamp();
    private long? _leaderlessSince;
    private int _short;
    private bool _answers;

    /// <summary>Whether the leader should be asked now.</summary>
    public bool IsProbeDue => clock.GetElapsedTime(_lastRecord) > ProbeAfter && clock.GetElapsedTime(_lastQuestion) > ProbeAfter;

    /// <summary>Whether the leader answers and sends nothing, as one does that has to fetch old records from remote storage first: before Kafka 3.8 it
    /// gives up when the fetch's wait is over, and begins anew with the next fetch.</summary>
    public bool WantsPatience => _answers && clock.GetElapsedTime(_lastRecord) > PatienceAfter;

    /// <summary>Records or an end came, or nobody was listening for a while.</summary>
    public void Break()
    {
        _lastRecord = _lastAnswer = _lastQuestion = clock.GetTimestamp();
        (_leaderlessSince, _short, _answers) = (null, 0, false);
    }

    /// <summary>The leader is asked.</summary>
    public void Ask() => _lastQuestion = clock.GetTimestamp();

    /// <summary>Takes what the leader, or the cluster in its place, answered.</summary>
    /// <returns>Whether the leader lives.</returns>
    public bool Hear(ProbeAnswer answer)
    {
        _leaderlessSince = answer.IsLeaderless ? _leaderlessSince ?? clock.GetTimestamp() : null;
        _short = answer.Error is null && answer.End < wanted ? _short + 1 : 0;
        if (_short >= ShortAnswers)
        {
            throw new LogTooShortException(partition, answer.End, wanted);
        }

        if (answer.Error is null)
        {
            (_answers, _lastAnswer) = (true, clock.GetTimestamp());
        }

        return answer.Error is null;
    }

    /// <summary>Says in a sentence why there is no use in waiting on, or null while there is.</summary>
    /// <param name="position">The offset that is waited for.</param>
    public string? Verdict(long position) =>
        _leaderlessSince is { } since && clock.GetElapsedTime(since) > LeaderLimit
            ? $"{partition} cannot be read from offset {position}: it has had no leader for {LeaderLimit.TotalSeconds:0} s. "
                + $"Start the brokers that hold its replicas, or leave the topic out with {section}.topics.exclude."
            : _answers && clock.GetElapsedTime(_lastRecord) > ThrottleLimit
                ? $"Nothing came of {partition} from offset {position} for {ThrottleLimit.TotalMinutes:0} minutes, though its leader answers. "
                    + "Look at the quotas of the user and client id 'kafka-backup', and at the leader's log."
                : null;

    /// <summary>Whether nobody has answered anything for too long.</summary>
    public bool IsSilent => clock.GetElapsedTime(_lastAnswer) > StallLimit;
}
