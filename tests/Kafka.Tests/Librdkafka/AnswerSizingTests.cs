using KafkaBackup.Kafka.Librdkafka;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Librdkafka;

public sealed class AnswerSizingTests
{
    private const int KiB = 1024;
    private const int MiB = 1024 * KiB;

    private readonly AnswerSizing _sizing = new(4 * MiB);

    [Fact]
    public void Reading_begins_with_a_single_batch() => Assert.Equal(AnswerSize.OneBatch, _sizing.Size);

    [Fact]
    public void Sixteen_times_what_was_seen_to_be_harmless_is_asked_for_next()
    {
        Assert.False(_sizing.Take(Came(15 * KiB, ratio: 3), isRead: true, long.MaxValue));
        Assert.True(_sizing.Take(Came(1 * KiB, ratio: 3), isRead: true, long.MaxValue));
        Assert.Equal(AnswerSize.Part, _sizing.Size);

        Assert.False(_sizing.Take(Came(255 * KiB, ratio: 3), isRead: true, long.MaxValue));
        Assert.True(_sizing.Take(Came(1 * KiB, ratio: 3), isRead: true, long.MaxValue));
        Assert.Equal(AnswerSize.Whole, _sizing.Size);
    }

    [Theory]
    [InlineData(8, AnswerSize.Whole)]
    [InlineData(9, AnswerSize.Part)]
    [InlineData(128, AnswerSize.Part)]
    [InlineData(129, AnswerSize.OneBatch)]
    [InlineData(4_000, AnswerSize.OneBatch)]
    internal void An_answer_unpacks_to_no_more_than_there_is_room_for(int ratio, AnswerSize expected)
    {
        for (var i = 0; i < 1_000; i++)
        {
            _sizing.Take(Came(16 * KiB, ratio), isRead: true, long.MaxValue);
        }

        Assert.Equal(expected, _sizing.Size);
    }

    [Fact]
    public void For_fewer_records_than_were_seen_no_more_is_asked_for()
    {
        Assert.False(_sizing.Take(Came(1 * MiB, ratio: 3), isRead: true, left: 1 * KiB));
        Assert.True(_sizing.Take(Came(1 * MiB, ratio: 3), isRead: true, left: (2 * KiB) + 1));
    }

    [Fact]
    public void While_batches_are_left_no_more_is_asked_for_as_they_would_come_twice()
    {
        Assert.False(_sizing.Take(Came(1 * MiB, ratio: 1), isRead: false, long.MaxValue));
        Assert.True(_sizing.Take(Came(1 * KiB, ratio: 1), isRead: true, long.MaxValue));
    }

    [Fact]
    public void After_an_answer_that_unpacked_to_too_much_less_is_asked_for_at_once()
    {
        Grow();

        Assert.False(_sizing.Take(Came(4 * MiB, ratio: 16), isRead: false, long.MaxValue));
        Assert.True(_sizing.Take(Came(4 * MiB, ratio: 17), isRead: false, long.MaxValue));
        Assert.Equal(AnswerSize.Part, _sizing.Size);
    }

    [Fact]
    public void After_an_answer_that_unpacked_to_far_too_much_a_single_batch_is_asked_for()
    {
        Grow();

        Assert.True(_sizing.Take(Came(4 * MiB, ratio: 200), isRead: false, long.MaxValue));
        Assert.Equal(AnswerSize.OneBatch, _sizing.Size);
    }

    [Fact]
    public void More_is_seen_before_more_is_asked_for_again()
    {
        Grow();
        _sizing.Take(Came(4 * MiB, ratio: 200), isRead: false, long.MaxValue);

        Assert.False(_sizing.Take(Came(63 * KiB, ratio: 3), isRead: true, long.MaxValue));
        Assert.True(_sizing.Take(Came(1 * KiB, ratio: 3), isRead: true, long.MaxValue));
        Assert.Equal(AnswerSize.Part, _sizing.Size);
    }

    [Fact]
    public void A_batch_that_was_an_exception_does_not_count_for_ever()
    {
        _sizing.Take(Came(16 * KiB, ratio: 4_000), isRead: true, long.MaxValue);

        for (var i = 0; i < 2_000; i++)
        {
            _sizing.Take(Came(16 * KiB, ratio: 2), isRead: true, long.MaxValue);
        }

        Assert.Equal(AnswerSize.Whole, _sizing.Size);
    }

    [Fact]
    public void A_batch_that_unpacks_to_too_much_for_a_client_is_tried_once_with_a_larger_limit()
    {
        Grow();

        Assert.True(_sizing.TakeTooLarge());
        Assert.Equal(AnswerSize.OneLargeBatch, _sizing.Size);
        Assert.False(_sizing.TakeTooLarge());
    }

    [Fact]
    public void Behind_a_large_batch_reading_goes_on_as_before()
    {
        _sizing.TakeTooLarge();

        Assert.False(_sizing.Take(Came(16 * KiB, ratio: 4_000), isRead: true, long.MaxValue));
        for (var i = 0; i < 2_000; i++)
        {
            _sizing.Take(Came(16 * KiB, ratio: 2), isRead: true, long.MaxValue);
        }

        Assert.Equal(AnswerSize.Whole, _sizing.Size);
    }

    [Fact]
    public void Where_a_fetch_is_a_single_batch_anyway_nothing_changes()
    {
        var sizing = new AnswerSizing(1);

        Assert.False(sizing.Take(Came(64 * MiB, ratio: 1), isRead: true, long.MaxValue));
        Assert.Equal(AnswerSize.OneBatch, sizing.Size);
    }

    private void Grow()
    {
        _sizing.Take(Came(16 * KiB, ratio: 3), isRead: true, long.MaxValue);
        _sizing.Take(Came(256 * KiB, ratio: 3), isRead: true, long.MaxValue);
        Assert.Equal(AnswerSize.Whole, _sizing.Size);
    }

    private static AnswerTotals Came(long packed, int ratio) => new(packed, packed * ratio, ratio, packed / KiB);
}
