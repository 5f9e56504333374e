using System.Security.Cryptography;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Segments;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Shared.Validation;

/// <summary>Looks at the object of one segment.</summary>
internal static class SegmentCheck
{
    /// <summary>Whether the object is there, and as large as it should be.</summary>
    /// <exception cref="StorageException">The store failed, which is not the object's fault.</exception>
    public static async Task<SegmentEvidence> DiscoverAsync(IObjectStore store, ManifestSegment claimed, CancellationToken cancellation)
    {
        var there = await store.HeadAsync(claimed.Key, cancellation);
        return there is null ? Missing(claimed) : OfSize(claimed, there.Size);
    }

    /// <summary>What is known of an object of which only the size is.</summary>
    public static SegmentEvidence OfSize(ManifestSegment claimed, long size) => new(claimed) { Problems = SizeProblems(claimed, size) };

    /// <summary>Whether every record can be read, and all is as it is claimed to be.</summary>
    /// <exception cref="StorageException">The store failed, which is not the object's fault.</exception>
    public static async Task<SegmentEvidence> DecodeAsync(IObjectStore store, ManifestSegment claimed, CancellationToken cancellation)
    {
        if (await store.GetAsync(claimed.Key, cancellation) is not { } stored)
        {
            return Missing(claimed);
        }

        var problems = SizeProblems(claimed, stored.Content.Length);
        if (claimed.Sha256 is { } expectedHash && Convert.ToHexStringLower(SHA256.HashData(stored.Content.Span)) is var hash
            && !hash.Equals(expectedHash, StringComparison.OrdinalIgnoreCase))
        {
            problems.Add($"{claimed.Key}: SHA-256: the backup says {expectedHash}, the object has {hash}.");
        }

        var (previous, markers, isOrdered) = (-1L, 0L, true);
        try
        {
            var found = SegmentInspector.Inspect(stored.Content, claimed.Key, record =>
            {
                isOrdered &= record.Offset > previous;
                previous = record.Offset;
                markers += TransactionMarker.Is(record) ? 1 : 0;
            });
            if (found is null)
            {
                return new SegmentEvidence(claimed) { Problems = [.. problems, $"{claimed.Key} holds no record."], IsReadable = false };
            }

            if (!isOrdered)
            {
                problems.Add($"{claimed.Key}: its records are not in order of offset, or one is in it twice.");
            }

            Compare("records", claimed.RecordCount, found.RecordCount);
            Compare("the first offset", claimed.StartOffset, found.StartOffset);
            Compare("the last offset", claimed.EndOffset, found.EndOffset);
            return new SegmentEvidence(claimed) { Problems = problems, Found = found, Markers = markers };
        }
        catch (StorageException e) when (!e.IsRetryable)
        {
            return new SegmentEvidence(claimed) { Problems = [.. problems, e.Message], IsReadable = false };
        }

        void Compare(string what, long expected, long actual)
        {
            if (expected != actual)
            {
                problems.Add($"{claimed.Key}: {what}: the backup says {expected}, the object has {actual}.");
            }
        }
    }

    private static SegmentEvidence Missing(ManifestSegment claimed) =>
        new(claimed) { Problems = [$"{claimed.Key} is missing: offsets {claimed.StartOffset} to {claimed.EndOffset}."], IsReadable = false };

    private static List<string> SizeProblems(ManifestSegment claimed, long size) => claimed.CompressedSize is 0 || claimed.CompressedSize == size
        ? []
        : [$"{claimed.Key}: size: the backup says {claimed.CompressedSize} bytes, the object has {size}."];
}
