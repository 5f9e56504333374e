using Confluent.Kafka;
using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Librdkafka;

public sealed class ReadStallTests
{
    private static readonly PartitionId Partition = new("orders", 3);
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);
    private static readonly ProbeAnswer Leaderless = new(0, new Error(ErrorCode.Local_UnknownPartition));
    private static readonly ProbeAnswer NoAnswer = new(0, new Error(ErrorCode.Local_TimedOut));

    private readonly FakeTimeProvider _clock = new();
    private readonly ReadStall _stall;

    public ReadStallTests() => _stall = new ReadStall(Partition, wanted: 200, _clock);

    [Fact]
    public void The_leader_is_asked_after_a_few_seconds_of_silence_and_then_now_and_again()
    {
        Assert.False(_stall.IsProbeDue);

        _clock.Advance(ReadStall.ProbeAfter + Moment);
        Assert.True(_stall.IsProbeDue);
        _stall.Ask();
        Assert.False(_stall.IsProbeDue);

        _clock.Advance(ReadStall.ProbeAfter + Moment);
        Assert.True(_stall.IsProbeDue);
        _stall.Break();
        Assert.False(_stall.IsProbeDue);
    }

    [Fact]
    public void A_log_that_ends_before_the_range_twice_in_a_row_is_too_short()
    {
        Assert.True(_stall.Hear(new ProbeAnswer(120, null)));

        var failure = Assert.Throws<LogTooShortException>(() => _stall.Hear(new ProbeAnswer(120, null)));

        Assert.Equal((Partition, 120L, false), (failure.Partition, failure.End, failure.IsRetryable));
        Assert.DoesNotContain("bootstrap_servers", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_new_leader_that_hears_how_far_others_are_has_no_short_log()
    {
        _stall.Hear(new ProbeAnswer(120, null));
        _stall.Hear(new ProbeAnswer(200, null));

        Assert.True(_stall.Hear(new ProbeAnswer(120, null)));
    }

    [Fact]
    public void A_partition_without_a_leader_is_named_after_half_a_minute()
    {
        _stall.Hear(Leaderless);
        _clock.Advance(ReadStall.LeaderLimit);
        _stall.Hear(Leaderless);
        Assert.Null(_stall.Verdict(50));

        _clock.Advance(Moment);
        _stall.Hear(Leaderless);

        Assert.Contains("orders:3 cannot be read from offset 50: it has had no leader for 30 s", _stall.Verdict(50), StringComparison.Ordinal);
    }

    [Fact]
    public void A_leader_that_comes_back_ends_the_time_without_one()
    {
        _stall.Hear(Leaderless);
        _clock.Advance(ReadStall.LeaderLimit + Moment);

        _stall.Hear(new ProbeAnswer(200, null));

        Assert.Null(_stall.Verdict(50));
    }

    [Fact]
    public void A_leader_that_answers_under_a_quota_is_borne_for_ten_minutes_and_then_named()
    {
        for (var minute = 0; minute < 10; minute++)
        {
            _clock.Advance(TimeSpan.FromMinutes(1));
            _stall.Hear(new ProbeAnswer(200, null));
            Assert.False(_stall.IsSilent);
            Assert.Null(_stall.Verdict(50));
        }

        _clock.Advance(Moment);

        var verdict = _stall.Verdict(50);
        Assert.Contains("though its leader answers", verdict, StringComparison.Ordinal);
        Assert.DoesNotContain("bootstrap_servers", verdict, StringComparison.Ordinal);
    }

    [Fact]
    public void Nobody_who_answers_is_borne_for_a_minute()
    {
        _clock.Advance(ReadStall.StallLimit);
        _stall.Hear(NoAnswer);
        Assert.False(_stall.IsSilent);

        _clock.Advance(Moment);

        Assert.True(_stall.IsSilent);
        Assert.Null(_stall.Verdict(50));
    }
}
