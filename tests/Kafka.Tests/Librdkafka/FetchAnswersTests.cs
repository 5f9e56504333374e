using Confluent.Kafka;
using KafkaBackup.Kafka.Librdkafka;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Librdkafka;

public sealed class FetchAnswersTests
{
    private const string Thread = "[thrd:127.0.0.1:9092/1]: 127.0.0.1:9092/1: ";
    private readonly FetchAnswers _answers = new();

    [Fact]
    public void Two_lines_tell_what_an_answer_was_packed_and_unpacked_with_what_records_take_beside_their_bytes()
    {
        Answer(packed: 10_000, records: 1_000, bytes: 680_000);

        Assert.Equal(new AnswerTotals(10_000, 1_000_000, 100, 1_000), _answers.Take());
        Assert.Null(_answers.Take());
    }

    [Fact]
    public void Several_answers_are_told_as_one()
    {
        Answer(packed: 1_000, records: 0, bytes: 0);
        Answer(packed: 1_000, records: 10, bytes: 6_800);
        Answer(packed: 100_000, records: 100, bytes: 168_000);

        Assert.Equal(new AnswerTotals(101_000, 200_000, 10, 110), _answers.Take());
        Assert.Equal(100_000, _answers.LastPacked);
    }

    [Fact]
    public void What_was_of_another_place_is_forgotten()
    {
        Answer(packed: 10_000, records: 1_000, bytes: 680_000);
        Overflow();

        _answers.Reset();

        Assert.Null(_answers.Take());
        Assert.False(_answers.IsBatchTooLarge);
    }

    [Fact]
    public void A_batch_that_is_too_large_is_no_damaged_one()
    {
        Hear("ZSTD", "ZSTD decompression failed (at 10 of 20 compressed bytes): Data corruption detected");
        Assert.False(_answers.IsBatchTooLarge);

        Overflow();
        Assert.True(_answers.IsBatchTooLarge);
    }

    [Theory]
    [InlineData("FETCH", "Fetch reply: Success", true)]
    [InlineData("CONSUME", "Enqueue", true)]
    [InlineData("FETCH", "Topic t [0] MessageSet size x", true)]
    [InlineData("FAIL", "Disconnected (after 10ms in state UP)", false)]
    public void Other_lines_are_no_answers(string facility, string text, bool isOfNoOtherUse)
    {
        Assert.Equal(isOfNoOtherUse, Hear(facility, text));
        Assert.Null(_answers.Take());
    }

    private void Answer(long packed, int records, long bytes)
    {
        Hear("FETCH", $"Topic orders [3] MessageSet size {packed}, error \"Success\", MaxOffset 1000, LSO 1000, Ver 2/2");
        Hear("CONSUME",
            $"Enqueue {records} message(s) ({bytes} bytes, {records} ops) "
            + "on orders [3] fetch queue (qlen 0, v2, last_offset 9, 0 ctrl msgs, 0 aborted msgsets, zstd)");
    }

    private void Overflow() => Hear("ZSTD",
        "Unable to decompress ZSTD (input buffer 8998, output buffer 354000000): output would exceed message.max.bytes (1000000)");

    private bool Hear(string facility, string text) => _answers.Hear(new LogMessage("client", SyslogLevel.Debug, facility, Thread + text));
}
