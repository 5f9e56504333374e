namespace KafkaBackup.Shared.Ledger;

/// <summary>Which parts are merged when a head names too many.</summary>
/// <remarks>The smallest, and as long as the next one is not larger than all before it together, that one, too. So each entry that is written again comes into a part
/// of at least twice the size of the one it was in, which makes the whole of merging O(n log n); and of the parts that stay each is larger than all smaller ones together, so
/// that there are few. Parts of <see cref="Large"/> entries stay as they are, so that merging takes bounded memory.</remarks>
internal static class PartTiers
{
    /// <summary>A part of so many entries is merged no more.</summary>
    public const int Large = 50_000;

    /// <summary>How many of <paramref name="parts"/> may be merged.</summary>
    public static int SmallOf(IReadOnlyList<PartReference> parts) => parts.Count(part => part.Entries < Large);

    /// <summary>At least two of <paramref name="parts"/>, and so many that at most <paramref name="maxParts"/> small ones are left.</summary>
    public static IReadOnlyList<PartReference> ToMerge(IReadOnlyList<PartReference> parts, int maxParts)
    {
        var bySize = parts.Where(part => part.Entries < Large).OrderBy(part => part.Entries).ToList();
        var (count, sum) = (1, bySize[0].Entries);
        while (count < bySize.Count && (count < 2 || bySize.Count - count + 1 > maxParts || (sum < Large && bySize[count].Entries <= sum)))
        {
            sum += bySize[count++].Entries;
        }

        return bySize.Take(count).ToList();
    }
}
