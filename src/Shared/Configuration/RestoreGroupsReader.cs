namespace KafkaBackup.Shared.Configuration;

/// <summary>Reads what the section <c>restore</c> says of consumer groups.</summary>
internal static class RestoreGroupsReader
{
    private const string Skip = "skip";
    private const string HeaderBased = "header-based";
    private const string NoNeed = "is not needed: this version translates the offsets of groups exactly, by counting what it restores; remove it, or write skip or header-based";

    /// <summary>Strategies of OSO that find a group's place by other means than counting.</summary>
    private static readonly Dictionary<string, string> Refused = new(StringComparer.Ordinal)
    {
        ["timestamp-based"] = NoNeed,
        ["cluster-scan"] = NoNeed,
        ["manual"] = NoNeed,
    };

    /// <summary>The section, with what is said of groups.</summary>
    public static RestoreSection Read(YamlMapReader map, RestoreSection section)
    {
        var strategy = map.Value("consumer_group_strategy")?.Choice([Skip, HeaderBased], refused: Refused);
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

        return section with
        {
            ConsumerGroups = groups ?? [],
            SetsAllGroups = takesAll ?? section.SetsAllGroups,
            IncludesOriginalOffset = section.IncludesOriginalOffset || strategy == HeaderBased,
        };
    }
}
