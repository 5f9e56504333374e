using Akka.Configuration;

namespace KafkaBackup.Coordinator.Catalogue;

/// <summary>The timing of the catalogue's keeper, from HOCON <c>kafka-backup.catalogue</c>.</summary>
public sealed record CatalogueSettings
{
    /// <summary>How often schedules are looked at. Default: 1 s.</summary>
    public TimeSpan TickInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often runs that are wanted are asked for again. Default: 2 s.</summary>
    public TimeSpan AssertInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How often the store is read for what others have changed. Default: 30 s.</summary>
    public TimeSpan ListInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Reads the section.</summary>
    public static CatalogueSettings From(Config config) => new()
    {
        TickInterval = config.GetTimeSpan("tick-interval"),
        AssertInterval = config.GetTimeSpan("assert-interval"),
        ListInterval = config.GetTimeSpan("list-interval"),
    };
}
