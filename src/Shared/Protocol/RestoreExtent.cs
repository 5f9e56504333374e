using System.Security.Cryptography;
using System.Text;
using KafkaBackup.Shared.Oso;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.Shared.Protocol;

/// <summary>From which segments a partition is restored, told so shortly that whoever reads the backup later finds the same ones, or sees that they are others.</summary>
/// <param name="Until">The source offset of the last record: what the backup gets later does not belong to it.</param>
/// <param name="Sources">Of a topic that is repartitioned the same for each partition at the source, by number; null for others.</param>
/// <param name="Segments">A hash of the segments: of other ones other records may come.</param>
public sealed record RestoreExtent(long Until, IReadOnlyDictionary<int, long>? Sources, string Segments)
{
    /// <summary>The extent of <paramref name="order"/>.</summary>
    public static RestoreExtent Of(RestorePartition order)
    {
        var lines = order.Segments.Select(segment => $"{segment.Key} {segment.StartOffset} {segment.EndOffset} {segment.RecordCount}\n").Order(StringComparer.Ordinal).Append(order.Filters ?? "");
        return new RestoreExtent(
            EndOf(order.Segments),
            order.Share?.Sources.ToDictionary(source => source.Partition.Number, source => EndOf(source.Segments)),
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(lines)))));
    }

    /// <summary>The order, from the segments of this extent; null when the backup has other ones by now.</summary>
    /// <param name="order">An order for the same partition, from all that the backup holds.</param>
    public RestorePartition? Cut(RestorePartition order)
    {
        var cut = order.From((source, segments) => [.. segments.Where(segment => segment.StartOffset <= (Sources is null ? Until : Sources.GetValueOrDefault(source.Number, -1)))]);
        return Of(cut).Segments == Segments ? cut : null;
    }

    private static long EndOf(IEnumerable<ManifestSegment> segments) => segments.Select(segment => segment.EndOffset).Append(-1).Max();
}
