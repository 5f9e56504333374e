namespace KafkaBackup.Benchmarks;

/// <summary>A backup in a temporary directory: configuration, store and local state. Runs the real program on it, or another.</summary>
internal sealed class BackupFolder : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("kafka-backup-bench-");
    private readonly BackupSetup _setup;
    private readonly MeasuredProgram _program;

    /// <summary>Writes the configuration.</summary>
    /// <param name="setup">What it says.</param>
    /// <param name="program">What is run. Default: kafka-backup as it was built with this program.</param>
    public BackupFolder(BackupSetup setup, MeasuredProgram? program = null)
    {
        (_setup, _program) = (setup, program ?? MeasuredProgram.Built);
        Directory.CreateDirectory(Local);
        Directory.CreateDirectory(Store);
        Write(ConfigPath, setup.More);
    }

    private void Write(string path, IEnumerable<string> more)
    {
        List<string> source = [$"bootstrap_servers: [\"{_setup.Broker}\"]"];
        if (_setup.Client is { } client)
        {
            source.Add($"client: {client}");
        }

        File.WriteAllText(path,
            $"""
            mode: backup
            backup_id: bench
            source:
              {string.Join("\n  ", source)}
              topics:
                include: ["{_setup.Topics}"]
            storage:
              {string.Join("\n  ", _setup.Bucket?.Lines ?? ["backend: filesystem", $"path: {Store}"])}
            offset_storage:
              backend: sqlite
              db_path: {Local}/offsets.db
            backup:
              {string.Join("\n  ", more.Prepend($"compression: {_setup.Codec}"))}
            """);
    }

    private string ConfigPath => Path.Combine(_root.FullName, "backup.yaml");

    private string ContinuousPath => Path.Combine(_root.FullName, "continuous.yaml");

    private string Store => Path.Combine(_root.FullName, "store");

    private string RestorePath => Path.Combine(_root.FullName, "restore.yaml");

    private string Local => Path.Combine(_root.FullName, "local");

    /// <summary>Runs <c>kafka-backup backup</c>.</summary>
    public async Task<Measured> BackUpAsync()
    {
        var run = await ChildProcess.RunAsync(_program, Local, "backup", "--config", ConfigPath);
        return run with { StoredBytes = new DirectoryInfo(Store).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length) };
    }

    /// <summary>Runs a backup that goes on for some time, and ends it.</summary>
    /// <param name="settling">How long it runs before it is looked at.</param>
    /// <param name="watched">How long it is looked at.</param>
    /// <returns>What it took while it was looked at.</returns>
    public Task<Measured> GoOnAsync(TimeSpan settling, TimeSpan watched)
    {
        Write(ContinuousPath, _setup.More.Prepend("continuous: true"));
        return ChildProcess.RunForAsync(_program, Local, settling, watched, "backup", "--config", ContinuousPath);
    }

    /// <summary>Reads what the backup reads, in a process of its own.</summary>
    /// <exception cref="InvalidOperationException">Other than <paramref name="records"/> were read.</exception>
    public async Task<Measured> ReadAsync(long records)
    {
        var run = await ChildProcess.RunAsync(MeasuredProgram.Self, Local, "read", ConfigPath);
        return long.Parse(run.Output) == records ? run : throw new InvalidOperationException($"{run.Output.Trim()} of {records} records were read.");
    }

    /// <summary>Compresses what was stored once more, in a process of its own.</summary>
    /// <exception cref="InvalidOperationException">It was less than <paramref name="bytes"/>.</exception>
    public async Task<Compression> CompressAsync(long bytes)
    {
        var found = Compression.Parse(await ChildProcess.RunAsync(MeasuredProgram.Self, Local, "compress", Store));
        return found.BytesBefore >= bytes ? found : throw new InvalidOperationException($"{found.BytesBefore} bytes were stored of {bytes}.");
    }

    /// <summary>Runs <c>kafka-backup restore</c> into a topic that it makes.</summary>
    public Task<Measured> RestoreAsync(string target)
    {
        File.WriteAllText(RestorePath,
            $"""
            mode: restore
            backup_id: bench
            target:
              bootstrap_servers: ["{_setup.Broker}"]
            storage:
              backend: filesystem
              path: {Store}
            restore:
              create_topics: true
              topic_mapping:
                {_setup.Topics}: {target}
            """);
        return ChildProcess.RunAsync(_program, Local, "restore", "--config", RestorePath);
    }

    /// <summary>Writes as many records into a topic as a restore would, in a process of its own. A restore has to have been run.</summary>
    public Task<Measured> ProduceAsync(string target, int partitions, long each, int size) =>
        ChildProcess.RunAsync(MeasuredProgram.Self, Local, "produce", RestorePath, target, $"{partitions}", $"{each}", $"{size}");

    /// <summary>Decompresses the segments, and sends the batches that were restored to another topic, in a process of its own.</summary>
    /// <returns>The time of that, not of the process; and the same with what compressing the batches takes.</returns>
    /// <exception cref="InvalidOperationException">There were other than <paramref name="records"/>.</exception>
    public async Task<(Measured Sent, Measured PackedAndSent)> SendAsync(string restored, string target, int partitions, long records)
    {
        var run = await ChildProcess.RunAsync(MeasuredProgram.Self, Local, "send", RestorePath, Store, restored, target, $"{partitions}");
        var printed = run.Output.Split(' ');
        if (long.Parse(printed[2]) != records)
        {
            throw new InvalidOperationException($"{printed[2]} of {records} records were restored.");
        }

        var sent = run.PartOnly();
        return (sent, sent with
        {
            Wall = sent.Wall + TimeSpan.FromSeconds(double.Parse(printed[3])),
            Processor = sent.Processor + TimeSpan.FromSeconds(double.Parse(printed[4])),
        });
    }

    /// <summary>Runs <c>kafka-backup --help</c>.</summary>
    public Task<Measured> HelpAsync() => ChildProcess.RunAsync(_program, Local, "--help");

    public void Dispose() => _root.Delete(recursive: true);
}
