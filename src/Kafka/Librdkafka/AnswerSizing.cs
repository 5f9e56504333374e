using KafkaBackup.Shared.Configuration;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>Decides how much packed data of one partition is asked for at a time, so that it unpacks to what memory there is. Pure.</summary>
/// <remarks>
/// Nothing tells beforehand to how much an answer unpacks. So reading begins with one batch an answer, wherever it begins: a run that was
/// killed for an answer that was too large goes on with a small one. What was seen of the records then allows for more. That costs another client, so it is not done for the few records that a continuous run reads at a time.
/// </remarks>
/// <param name="fetchMaxBytes">What is asked for at most.</param>
/// <param name="first">What is asked for first.</param>
internal sealed class AnswerSizing(int fetchMaxBytes, AnswerSize first = AnswerSize.OneBatch)
{
    /// <summary>What one answer should take at most when unpacked.</summary>
    public const long Room = BackupSection.MemoryBesideSegment;

    /// <summary>How many times as much as was seen is asked for next.</summary>
    private const int Step = 16;

    /// <summary>How much more has to be seen after it had gone wrong, each time.</summary>
    private const int Caution = 4;

    private const int MostCaution = Caution * Caution * Caution * Caution;

    private AnswerTotals _seen;
    private int _caution = 1;

    /// <summary>What is asked for now.</summary>
    public AnswerSize Size { get; private set; } = first;

    /// <summary>The bytes that are asked for with a size.</summary>
    public static int BytesOf(AnswerSize size, int fetchMaxBytes) => size switch
    {
        AnswerSize.Whole => fetchMaxBytes,
        AnswerSize.Part => Math.Max(1, fetchMaxBytes / Step),
        _ => 1,
    };

    /// <summary>Takes what came.</summary>
    /// <param name="came">The answers since the last call.</param>
    /// <param name="isRead">Whether all of them was read, so that nothing comes twice when more is asked for.</param>
    /// <param name="left">How many offsets are left to be read.</param>
    /// <returns>Whether <see cref="Size"/> is another now.</returns>
    public bool Take(AnswerTotals came, bool isRead, long left)
    {
        _seen = _seen.And(came);
        if (Size > AnswerSize.OneBatch && came.LargestUnpacked > 2 * Room)
        {
            return Lower(came.Ratio);
        }

        for (var size = AnswerSize.Whole; (isRead || Size == AnswerSize.Part) && left > _seen.Records && size > AnswerSize.OneBatch && size > Size; size--)
        {
            if (BytesOf(size, fetchMaxBytes) > BytesOf(Size, fetchMaxBytes) && Fits(size, _seen.Ratio) && IsProven(size))
            {
                return Change(size);
            }
        }

        if (_seen.Packed > (long)Caution * fetchMaxBytes)
        {
            _seen = default; // What was long ago says little about what comes.
        }

        return false;
    }

    /// <summary>A batch unpacks to more than a client for other sizes makes of it.</summary>
    /// <returns>Whether <see cref="Size"/> is another now; if not, it is too large for any.</returns>
    public bool TakeTooLarge()
    {
        _caution = Math.Min(_caution * Caution, MostCaution);
        return Size != AnswerSize.OneLargeBatch && Change(AnswerSize.OneLargeBatch);
    }

    private bool Lower(double ratio)
    {
        _caution = Math.Min(_caution * Caution, MostCaution);
        var size = Size - 1;
        while (size > AnswerSize.OneBatch && !Fits(size, ratio))
        {
            size--;
        }

        return Change(size);
    }

    private bool Fits(AnswerSize size, double ratio) => BytesOf(size, fetchMaxBytes) * ratio <= Room;

    private bool IsProven(AnswerSize size) => _seen.Packed * Step >= (long)BytesOf(size, fetchMaxBytes) * _caution;

    private bool Change(AnswerSize size)
    {
        (Size, _seen) = (size, default);
        return true;
    }
}
