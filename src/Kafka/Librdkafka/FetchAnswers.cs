using System.Globalization;
using Confluent.Kafka;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>Hears from a client's log how large answers to its fetches are, packed and unpacked: it tells that nowhere else.</summary>
/// <remarks>
/// The client has one partition at a time. It logs two lines for each answer, on the thread that unpacks it:
/// <c>Topic orders [3] MessageSet size 11926, error …</c> and <c>Enqueue 1000 message(s) (60000000 bytes, 1000 ops) on orders [3] …</c>.
/// </remarks>
internal sealed class FetchAnswers
{
    /// <summary>What librdkafka has to be asked to log.</summary>
    public const string DebugContext = "msg";

    /// <summary>About what the client takes for a record beside its key and value.</summary>
    private const long BytesBesideRecord = 320;

    private readonly Lock _gate = new();
    private long _arriving;
    private AnswerTotals _totals;
    private volatile bool _isNew;
    private bool _isTooLarge;

    /// <summary>The size of the last answer as it came.</summary>
    public long LastPacked => Interlocked.Read(ref _arriving);

    /// <summary>Whether the client stopped unpacking a batch as it was larger than the client may make it; false if it is damaged.</summary>
    public bool IsBatchTooLarge => Volatile.Read(ref _isTooLarge);

    /// <summary>Takes a line of the log.</summary>
    /// <returns>Whether it was one of those that only this has a use for.</returns>
    public bool Hear(LogMessage message)
    {
        var text = message.Message;
        switch (message.Facility)
        {
            case "FETCH" when message.Level == SyslogLevel.Debug:
                if (Number(text, "] MessageSet size ") is { } packed)
                {
                    Interlocked.Exchange(ref _arriving, packed);
                }

                return true;
            case "CONSUME" when message.Level == SyslogLevel.Debug:
                if (Number(text, "Enqueue ") is > 0 and { } records && Number(text, "message(s) (") is { } bytes)
                {
                    Add(bytes + (records * BytesBesideRecord), records);
                }

                return true;
            case "ZSTD" when text.Contains("output would exceed", StringComparison.Ordinal):
                Volatile.Write(ref _isTooLarge, true);
                return true;
            default:
                return message.Level == SyslogLevel.Debug && message.Facility is "MSG" or "CTRLMSG";
        }
    }

    /// <summary>What came since the last call; null when nothing did.</summary>
    public AnswerTotals? Take()
    {
        if (!_isNew)
        {
            return null;
        }

        lock (_gate)
        {
            var totals = _totals;
            (_totals, _isNew) = (default, false);
            return totals;
        }
    }

    /// <summary>Forgets: another partition, or another place of it, is read.</summary>
    public void Reset()
    {
        Take();
        Volatile.Write(ref _isTooLarge, false);
    }

    private void Add(long unpacked, long records)
    {
        lock (_gate)
        {
            var packed = Math.Max(1, LastPacked);
            _totals = _totals.And(new AnswerTotals(packed, unpacked, (double)unpacked / packed, records));
            _isNew = true;
        }
    }

    /// <summary>The number behind a mark; null when the mark or the number is not there.</summary>
    private static long? Number(string text, string mark)
    {
        var at = text.IndexOf(mark, StringComparison.Ordinal);
        if (at < 0)
        {
            return null;
        }

        var digits = text.AsSpan(at + mark.Length);
        var end = digits.IndexOfAnyExceptInRange('0', '9');
        return long.TryParse(end < 0 ? digits : digits[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }
}
