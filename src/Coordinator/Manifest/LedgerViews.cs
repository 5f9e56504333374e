using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Coordinator.Manifest;

/// <summary>The views of one run's ledger: <c>manifest.json</c>, and <c>offsets.db</c> here and in the store.</summary>
/// <remarks>Writing them costs as much as the backup is long. So during a run it waits until a quarter of the entries is new, or until something
/// has been committed for an hour that they do not show; and as long as one fails, it is tried each time.</remarks>
internal sealed class LedgerViews
{
    private static readonly TimeSpan LongestLag = TimeSpan.FromHours(1);

    /// <summary>How long a view that fails is left alone at most.</summary>
    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(1);

    private readonly BackupId _backup;
    private readonly LedgerServices _services;
    private readonly BackupEnvironment _environment;
    private readonly LedgerWriter _writer;
    private readonly ViewFailures _failures;
    private readonly OffsetsPublisher? _offsets;

    private long _restingSince;
    private TimeSpan _rest;

    /// <summary>When the first thing was committed that the manifest does not show.</summary>
    private long? _outdatedAt;

    /// <summary>A run before this one left the manifest behind, nobody knows since when.</summary>
    private bool _wasOutdated;

    public LedgerViews(BackupId backup, LedgerServices services, BackupEnvironment environment, LedgerWriter writer, ViewFailures failures)
    {
        (_backup, _services, _environment, _writer, _failures) = (backup, services, environment, writer, failures);
        _offsets = environment.Configuration.IsIncremental ? new OffsetsPublisher(services.OffsetsPath(backup), services.Clock) : null;
    }

    /// <summary>Where the remote offsets database was written at the end of the run; null when that was not needed.</summary>
    public string? OffsetsSyncedTo { get; private set; }

    /// <summary>Takes over what another program added, and tells how the offsets databases compare.</summary>
    /// <remarks>Without a head the manifest may be all there is: then a run cannot begin without it.</remarks>
    public async Task OpenAsync(CancellationToken cancellation)
    {
        _wasOutdated = _writer.Ledger.Head.IsManifestStale;
        if (_writer.Ledger.Head.Epoch == 0)
        {
            await AdoptAsync(_environment.Store, cancellation);
        }
        else
        {
            await _failures.TryAsync(LedgerView.Manifest, () => AdoptAsync(_environment.Views, cancellation));
        }

        if (_offsets is not null)
        {
            await _failures.TryAsync(LedgerView.RemoteOffsets, () => CompareOffsetsAsync(_offsets, cancellation));
        }
    }

    /// <summary>Something was committed that the views do not show.</summary>
    public void Outdate()
    {
        _outdatedAt ??= _services.Clock.GetTimestamp();
        _offsets?.Outdate();
    }

    /// <summary>Brings the views up to date: at the end of a run in any case and with all patience, before that when it is due.</summary>
    public async Task SyncAsync(bool isRunOver, CancellationToken cancellation)
    {
        if (!isRunOver && (!IsDue() || _services.Clock.GetElapsedTime(_restingSince) < _rest))
        {
            return;
        }

        var began = _services.Clock.GetTimestamp();
        var store = isRunOver ? _environment.Store : _environment.Views;
        if (await _failures.TryAsync(LedgerView.Manifest, () => RenderAsync(store, cancellation)))
        {
            (_outdatedAt, _wasOutdated) = (null, false);
        }

        if (_offsets is not null)
        {
            await _failures.TryAsync(LedgerView.LocalOffsets, () =>
            {
                _offsets.SyncLocal(_writer.Ledger, _backup, isRunOver);
                return Task.CompletedTask;
            });
            await _failures.TryAsync(LedgerView.RemoteOffsets, () => SyncOffsetsAsync(_offsets, store, isRunOver, cancellation));
        }

        _restingSince = _services.Clock.GetTimestamp();
        _rest = HasFailed ? RestAfter(_services.Clock.GetElapsedTime(began)) : TimeSpan.Zero;
    }

    /// <summary>Commits wait while a view is written: one that fails after seconds takes a tenth of the time, more only where that would be a longer rest than
    /// <see cref="LongestRest"/>.</summary>
    private static TimeSpan RestAfter(TimeSpan failing) => TimeSpan.FromTicks(Math.Min(9 * failing.Ticks, LongestRest.Ticks));

    private bool IsDue()
    {
        var head = _writer.Ledger.Head;
        var isNew = head.EntryCount - (head.Rendered?.Entries ?? 0);
        return (isNew > 0 && isNew * 4 >= head.EntryCount)
            || (head.IsManifestStale && (_wasOutdated || (_outdatedAt is { } at && _services.Clock.GetElapsedTime(at) >= LongestLag)))
            || HasFailed;
    }

    private bool HasFailed => _failures.Has(LedgerView.Manifest, LedgerView.LocalOffsets, LedgerView.RemoteOffsets);

    private async Task AdoptAsync(IObjectStore store, CancellationToken cancellation)
    {
        var adopted = await new ManifestPublisher(store).AdoptAsync(_writer, cancellation);
        if (!adopted.IsEmpty)
        {
            _services.RunLog.Adopted(adopted);
            _services.RunLog.Lacking(_writer.Ledger);
            Outdate();
        }

        foreach (var problem in adopted.Problems)
        {
            _services.RunLog.Warning(problem);
        }
    }

    private async Task RenderAsync(IObjectStore store, CancellationToken cancellation)
    {
        var configuration = _environment.Configuration;
        var labels = new ManifestPublisher.SourceLabels(configuration.Source.BootstrapServers, configuration.Backup.Compression.Name());
        var before = _writer.Ledger.Head.EntryCount;
        if (await new ManifestPublisher(store).RenderAsync(_writer, labels, cancellation) is { } warning)
        {
            _services.RunLog.Warning(warning);
        }

        if (_writer.Ledger.Head.EntryCount != before)
        {
            _offsets?.Outdate(); // It took over what another program had added meanwhile.
        }
    }

    private async Task SyncOffsetsAsync(OffsetsPublisher offsets, IObjectStore store, bool isRunOver, CancellationToken cancellation)
    {
        if (await offsets.SyncRemoteAsync(store, _writer.Ledger, _backup, isRunOver, cancellation) && isRunOver)
        {
            OffsetsSyncedTo = $"{store.Name}/{BackupKeys.Offsets(_backup)}";
        }
    }

    private async Task CompareOffsetsAsync(OffsetsPublisher offsets, CancellationToken cancellation)
    {
        var report = await offsets.CompareAsync(_environment.Views, _writer.Ledger, _backup, cancellation);
        foreach (var warning in report.Warnings)
        {
            _services.RunLog.Warning(warning);
        }

        if (report.Lag is { } lag)
        {
            _services.RunLog.Note(lag);
        }

        if (report.HasRemote)
        {
            _services.RunLog.OffsetsLoaded("remote storage");
        }
        else if (report.HasLocal)
        {
            _services.RunLog.OffsetsLoaded(_services.OffsetsPath(_backup));
        }
    }
}
