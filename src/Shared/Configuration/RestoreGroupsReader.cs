namespace KafkaBackup.Shared.Configuration;

/// <summary>Reads what the section <c>restore</c> says of consumer groups.</summary>
internal static class RestoreGroupsReader
{
    private const string HeaderBased = "header-based";

    /// <summary>The section, with what is said of groups.</summary>
    public static RestoreSection Read(YamlMapReader map, RestoreSection section)
    {
        var strategy = map.Value("consumer_group_strategy")?.Choice(["skip", HeaderBased, "timestamp-based", "cluster-scan", "manual"]);
        var (named, reset, auto) = (map.Value("consumer_groups"), map.Value("reset_consumer_offsets"), map.Value("auto_consumer_groups"));
        var groups = named?.TextList()?.Distinct(StringComparer.Ordinal).ToList();
        var (resets, takesAll) = (reset?.Boolean(), auto?.Boolean());
        if (groups?.Count == 0)
        {
            named!.Report("must name a group; remove it to have none");
        }
        else if (named is not null && takesAll == true)
        {
            named.Report("names groups, and auto_consumer_groups takes all: remove one of the two"); // OSO's tool would take those that are named.
        }
        else if (named is not null && resets != true)
        {
            named.Report("has an effect with reset_consumer_offsets: true only; add it, or remove this");
        }

        if (resets == true && named is null && takesAll != true)
        {
            reset!.Report("needs consumer_groups, or auto_consumer_groups: true");
        }
        else if (resets == false && takesAll == true)
        {
            reset!.Report("contradicts auto_consumer_groups: true; remove one of the two");
        }

        if (strategy is not (null or "skip" or HeaderBased) && resets != true && takesAll != true)
        {
            map.Value("consumer_group_strategy")!.Report($"is {strategy}, which says how groups are set, and none is to be: add auto_consumer_groups: true, or consumer_groups with reset_consumer_offsets: true");
        }

        return section with
        {
            ConsumerGroups = groups ?? [],
            SetsAllGroups = takesAll ?? section.SetsAllGroups,
            GroupStrategy = strategy switch
            {
                "timestamp-based" => GroupStrategy.Timestamps,
                "cluster-scan" => GroupStrategy.Scan,
                "manual" => GroupStrategy.Manual,
                _ => GroupStrategy.Counted,
            },
            IncludesOriginalOffset = section.IncludesOriginalOffset || strategy == HeaderBased,
        };
    }
}
