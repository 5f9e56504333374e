using KafkaBackup.Shared.Configuration;

namespace KafkaBackup.Shared.Operations;

/// <summary>Reads definitions of operations.</summary>
internal static class OperationReader
{
    private static readonly string[] Strategies = ["to-earliest", "to-latest", "to-timestamp", "to-offset", "from-mapping"];

    /// <summary>The whole file, or null after a report.</summary>
    public static OperationConfiguration? Read(YamlMapReader map)
    {
        switch (map.Required("mode")?.Choice(["offset-reset", "offset-rollback", "validation", "deletion"]))
        {
            case "offset-reset":
                return ReadReset(map);
            case "offset-rollback":
                return ReadRollback(map);
            case "validation":
                return ReadValidation(map);
            case "deletion":
                return ConfigurationLoader.ReadBackupId(map.Required("backup_id")) is { } backup && map.Required("storage")?.Map(StorageReader.Read) is { } storage
                    ? new DeletionConfiguration { BackupId = backup, Storage = storage }
                    : null;
            default:
                map.AcceptAll(); // Nobody knows which keys belong there.
                return null;
        }
    }

    /// <summary>A validation, whose file needs no mode.</summary>
    public static ValidationConfiguration? ReadValidation(YamlMapReader map)
    {
        _ = map.Choice("mode", ["validation"]);
        var backup = ConfigurationLoader.ReadBackupId(map.Required("backup_id"));
        var storage = map.Required("storage")?.Map(StorageReader.Read);
        var checks = map.Required("checks")?.Map(ValidationChecksReader.Read);
        var target = Target(map, isRequired: checks?.AsksTarget == true);
        var (until, by) = (map.Int64("pitr_timestamp", 0), map.Text("triggered_by"));
        _ = map.Section("evidence", inner => inner.Value("formats")?.TextList(format => format == "json" ? null : "must be json: a report is JSON"));
        return backup is null || storage is null || checks is null || (checks.AsksTarget && target is null) ? null : checks with
        {
            BackupId = backup,
            Storage = storage,
            Target = target,
            PitrTimestamp = until,
            TriggeredBy = by,
            StoresReport = map.Has("evidence"),
        };
    }

    private static OffsetResetConfiguration? ReadReset(YamlMapReader map)
    {
        var target = Target(map, isRequired: true);
        var reset = map.Required("reset")?.Map(ReadResetSection);
        if (reset?.Strategy != ResetStrategy.FromMapping)
        {
            return target is null || reset is null ? null : reset with { Target = target };
        }

        var backup = ConfigurationLoader.ReadBackupId(map.Required("backup_id"));
        var storage = map.Required("storage")?.Map(StorageReader.Read);
        return target is null || backup is null || storage is null ? null : reset with { Target = target, BackupId = backup, Storage = storage };
    }

    private static OffsetResetConfiguration? ReadResetSection(YamlMapReader map)
    {
        var named = map.Required("strategy")?.Choice(Strategies);
        var groups = Groups(map.Required("consumer_groups"));
        var strategy = (ResetStrategy)Math.Max(0, Array.IndexOf(Strategies, named));
        var at = strategy switch
        {
            ResetStrategy.ToTimestamp => map.Required("timestamp")?.Int64(0),
            ResetStrategy.ToOffset => map.Required("offset")?.Int64(0),
            _ => 0,
        };
        var section = new OffsetResetConfiguration
        {
            Strategy = strategy,
            Groups = groups ?? [],
            At = at ?? 0,
            Topics = map.TextList("topics") ?? [],
            RestoreId = strategy == ResetStrategy.FromMapping ? map.Text("restore_id") : null,
            SnapshotId = map.Value("snapshot_id")?.Text(NameObjection),
            ContinuesOnError = map.Boolean("continue_on_error") ?? false,
            IsDryRun = map.Boolean("dry_run") ?? false,
        };
        section = section with { MaxConcurrent = map.Int32("max_concurrent", 1, OffsetResetConfiguration.MostConcurrent) ?? section.MaxConcurrent };
        return named is null || groups is null || at is null ? null : section;
    }

    private static OffsetRollbackConfiguration? ReadRollback(YamlMapReader map)
    {
        var target = Target(map, isRequired: true);
        var storage = map.Section("storage", StorageReader.Read);
        var rollback = map.Required("rollback")?.Map(inner => inner.Required("snapshot_id")?.Text(NameObjection) is { } id
            ? new OffsetRollbackConfiguration
            {
                SnapshotId = id,
                Groups = Groups(inner.Value("consumer_groups")) ?? [],
                Verifies = inner.Boolean("verify") ?? true,
                IsDryRun = inner.Boolean("dry_run") ?? false,
            }
            : null);
        return target is null || rollback is null ? null : rollback with { Target = target, Storage = storage };
    }

    private static KafkaSection? Target(YamlMapReader map, bool isRequired) =>
        (isRequired ? map.Required("target") : map.Value("target"))?.Map(section => KafkaSectionReader.Read(section, "target"));

    private static List<string>? Groups(YamlValue? value)
    {
        var groups = value?.TextList()?.Distinct(StringComparer.Ordinal).ToList();
        if (groups?.Count == 0)
        {
            value!.Report("must name a group");
            return null;
        }

        return groups;
    }

    private static string? NameObjection(string text) => OffsetSnapshots.OffsetSnapshotId.TryParse(text) is null
        ? "must be a name of letters, digits, '-', '_' and '.'"
        : null;
}
