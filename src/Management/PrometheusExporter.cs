using System.Diagnostics.Metrics;
using Prometheus;

namespace KafkaBackup.Management;

/// <summary>Writes the instruments of one meter, and the process's own numbers, in Prometheus' text format.</summary>
/// <remarks>What an observable instrument no longer tells is no longer written: a run that moved to another node leaves no lag behind here.</remarks>
public sealed class PrometheusExporter : IDisposable
{
    /// <summary>The content type of what is written.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly CollectorRegistry _registry = Metrics.NewCustomRegistry();
    private readonly MeterListener _listener = new();
    private readonly SemaphoreSlim _turn = new(1);
    private readonly List<InstrumentSeries> _series = [];
    private readonly IReadOnlyList<Func<CancellationToken, Task>> _beforeScrape;

    /// <summary>An exporter that counts from now on.</summary>
    /// <param name="meter">Whose instruments it writes.</param>
    /// <param name="beforeScrape">What is to be asked for before each scrape. It must not throw because nobody answers.</param>
    public PrometheusExporter(Meter meter, params IReadOnlyList<Func<CancellationToken, Task>> beforeScrape)
    {
        _beforeScrape = beforeScrape;
        DotNetStats.Register(_registry);
        var factory = Metrics.WithCustomRegistry(_registry);
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, meter))
            {
                var series = new InstrumentSeries(instrument, factory);
                lock (_series)
                {
                    _series.Add(series);
                }

                listener.EnableMeasurementEvents(instrument, series);
            }
        };
        _listener.SetMeasurementEventCallback<double>((_, value, tags, series) => ((InstrumentSeries)series!).Take(value, tags));
        _listener.SetMeasurementEventCallback<long>((_, value, tags, series) => ((InstrumentSeries)series!).Take(value, tags));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, series) => ((InstrumentSeries)series!).Take(value, tags));
        _listener.Start();
    }

    /// <summary>Writes all series as they are now.</summary>
    public async Task WriteAsync(Stream stream, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            await Task.WhenAll(_beforeScrape.Select(ask => ask(cancellation)));
            InstrumentSeries[] all;
            lock (_series)
            {
                all = [.. _series];
            }

            Array.ForEach(all, series => series.BeginLook());
            _listener.RecordObservableInstruments();
            Array.ForEach(all, series => series.EndLook());
            await _registry.CollectAndExportAsTextAsync(stream, cancellation);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => _listener.Dispose(); // Whoever is in a scrape still ends it.
}
