using System.Collections.Immutable;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.Shared.Protocol;

/// <summary>Finds where source offsets come to stand among the restored records, by counting: each record that is restored is one offset at the target.</summary>
/// <param name="marks">The source offsets, each once, in order. They are all that is kept, however many records there are.</param>
/// <param name="noted">What an earlier attempt found; null: nothing.</param>
public sealed class OffsetMarks(IReadOnlyList<long> marks, RestoredSoFar? noted)
{
    private long _records = noted?.Records ?? 0;

    /// <summary>How many restored records are before each mark that was passed by, by mark. From any thread.</summary>
    public ImmutableDictionary<long, long> Found { get; private set; } = noted is null
        ? ImmutableDictionary<long, long>.Empty
        : noted.Marked.Where(mark => mark.Key <= noted.SourceOffset && marks.Contains(mark.Key)).ToImmutableDictionary();

    /// <summary>Takes in the next record that is restored.</summary>
    /// <param name="offset">Its offset at the source, larger than any before.</param>
    public void Pass(long offset)
    {
        while (Found.Count < marks.Count && marks[Found.Count] <= offset)
        {
            Place();
        }

        _records++;
    }

    /// <summary>There are no more records: what is behind the last one stands at the end.</summary>
    /// <returns>As <see cref="Found"/>, of all marks.</returns>
    public IReadOnlyDictionary<long, long> Complete()
    {
        while (Found.Count < marks.Count)
        {
            Place();
        }

        return Found;
    }

    private void Place() => Found = Found.Add(marks[Found.Count], _records);
}
