using KafkaBackup.Shared.Protocol;
using Spectre.Console;

namespace KafkaBackup.Cli.Output;

/// <summary>Shows on a terminal how a run goes: partitions done, records and megabytes a second, time left. Log lines scroll above it.</summary>
/// <remarks>It lives on standard error. Where that is no terminal, or with <c>--quiet</c>, it shows nothing.</remarks>
internal sealed class RunDisplay
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(250);

    private readonly IAnsiConsole _console;
    private readonly OutputOptions _options;
    private readonly TimeProvider _clock;

    /// <summary>A display on <paramref name="console"/>.</summary>
    public RunDisplay(IAnsiConsole console, OutputOptions options, TimeProvider clock) => (_console, _options, _clock) = (console, options, clock);

    /// <summary>Standard error, as Spectre.Console sees it: plain when it is redirected or <c>NO_COLOR</c> is set.</summary>
    public static IAnsiConsole StandardError() => AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });

    /// <summary>Writes one line; above the display while there is one.</summary>
    public void WriteLine(string line)
    {
        if (IsLive)
        {
            _console.Write(new Text(line + "\n"));
        }
        else
        {
            Console.Error.WriteLine(line);
        }
    }

    /// <summary>Shows progress until <paramref name="run"/> is over, and returns its result.</summary>
    /// <param name="run">The run.</param>
    /// <param name="progress">What has been read, in records and bytes, at the time of a status.</param>
    /// <param name="askStatus">Asks the coordinator how far the run is; null when it does not answer.</param>
    public async Task<T> ShowAsync<T>(Task<T> run, Func<BackupProtocol.BackupStatus, (long Records, long Bytes)> progress, Func<Task<BackupProtocol.BackupStatus?>> askStatus)
    {
        if (!IsLive)
        {
            return await run;
        }

        return await _console.Progress().AutoClear(true).AutoRefresh(true)
            .Columns(new SpinnerColumn(), new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                var bar = context.AddTask("planning", maxValue: 1);
                bar.IsIndeterminate = true;
                var rate = new Rate(_clock);
                while (await Task.WhenAny(run, Task.Delay(Refresh, _clock)) != run)
                {
                    if (await askStatus() is { } status)
                    {
                        Update(bar, status, progress(status), rate);
                    }
                }

                return await run;
            });
    }

    private bool IsLive => _options is { ShowsProgress: true, Format: LogFormat.Text } && _console.Profile.Out.IsTerminal && !Console.IsErrorRedirected;

    private static void Update(ProgressTask bar, BackupProtocol.BackupStatus status, (long Records, long Bytes) progress, Rate rate)
    {
        rate.Add(progress.Records, progress.Bytes);
        if (status.PartitionsPlanned == 0)
        {
            bar.Description = status.Phase.ToLowerInvariant();
            return;
        }

        bar.IsIndeterminate = false;
        bar.MaxValue = Math.Max(1, status.OffsetsPlanned);
        bar.Value = Math.Min(progress.Records, bar.MaxValue);
        bar.Description = $"{status.PartitionsDone}/{status.PartitionsPlanned} partitions  {rate.RecordsPerSecond:N0} records/s  {rate.BytesPerSecond / 1e6:N1} MB/s";
    }

    /// <summary>Rates over the last few seconds, so that a stall shows.</summary>
    private sealed class Rate(TimeProvider clock)
    {
        private const int Window = 12;
        private readonly Queue<(long At, long Records, long Bytes)> _samples = [];
        private (long At, long Records, long Bytes) _last;

        public double RecordsPerSecond => Over(sample => sample.Records);

        public double BytesPerSecond => Over(sample => sample.Bytes);

        public void Add(long records, long bytes)
        {
            _samples.Enqueue(_last = (clock.GetTimestamp(), records, bytes));
            if (_samples.Count > Window)
            {
                _samples.Dequeue();
            }
        }

        private double Over(Func<(long At, long Records, long Bytes), long> what)
        {
            var first = _samples.Peek();
            var seconds = clock.GetElapsedTime(first.At, _last.At).TotalSeconds;
            return seconds > 0 ? (what(_last) - what(first)) / seconds : 0;
        }
    }
}
