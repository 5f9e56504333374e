using KafkaBackup.Kafka.Librdkafka;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Librdkafka;

public sealed class SourceStallTests
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _clock = new();
    private readonly SourceStall _silence;

    public SourceStallTests() => _silence = new SourceStall(_clock);

    [Fact]
    public void A_source_that_nobody_hears_of_is_given_up_after_ten_minutes()
    {
        _silence.Enter();

        _clock.Advance(SourceStall.Limit);
        Assert.False(_silence.IsTooLong);

        _clock.Advance(Moment);
        Assert.True(_silence.IsTooLong);
    }

    [Fact]
    public void Readers_that_come_and_go_hear_the_same_silence()
    {
        for (var minute = 0; minute <= 10; minute++)
        {
            _silence.Enter();
            _clock.Advance(TimeSpan.FromMinutes(1) - Moment);
            _silence.Leave();
            _clock.Advance(Moment);
        }

        _silence.Enter();

        Assert.True(_silence.IsTooLong);
    }

    [Fact]
    public void What_one_reader_hears_is_news_for_all()
    {
        _silence.Enter();
        _silence.Enter();
        _clock.Advance(SourceStall.Limit);

        _silence.Break();
        _clock.Advance(SourceStall.Limit);

        Assert.False(_silence.IsTooLong);
    }

    [Fact]
    public void A_time_without_readers_is_no_silence()
    {
        _silence.Enter();
        _silence.Leave();
        _clock.Advance(TimeSpan.FromHours(5));

        _silence.Enter();

        Assert.False(_silence.IsTooLong);
    }

    [Fact]
    public void Readers_that_wait_for_their_uploads_hear_nothing_and_miss_nothing()
    {
        for (var pause = 0; pause < 100; pause++)
        {
            _silence.Enter();
            _clock.Advance(Moment);
            _silence.Leave();
            _clock.Advance(SourceStall.Limit);
        }

        _silence.Enter();
        Assert.False(_silence.IsTooLong);

        _clock.Advance(SourceStall.Limit);
        Assert.True(_silence.IsTooLong);
    }

    [Fact]
    public void What_is_heard_while_others_listen_begins_the_silence_anew()
    {
        _silence.Enter();
        _clock.Advance(SourceStall.Limit);
        _silence.Break();
        _silence.Leave();
        _silence.Enter();

        _clock.Advance(SourceStall.Limit);

        Assert.False(_silence.IsTooLong);
    }
}
