using System.Runtime.InteropServices;
using KafkaBackup.Cli.Hosting;

namespace KafkaBackup.Cli.Commands;

/// <summary>Turns the first SIGINT or SIGTERM into a request to stop in good order; a second one ends the process at once.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stopped = new();
    private readonly PosixSignalRegistration[] _registrations;

    public StopSignals() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
    ];

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Stopped => _stopped.Token;

    /// <summary>Whether that was SIGINT, as by Ctrl+C.</summary>
    public bool WasInterrupt { get; private set; }

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _stopped.Dispose();
    }

    private void OnSignal(PosixSignalContext signal)
    {
        signal.Cancel = true;
        if (_stopped.IsCancellationRequested)
        {
            ProcessEnd.Now(ExitCode.Interrupted); // Killing is safe at any moment, and whoever asks twice means it.
        }

        WasInterrupt = signal.Signal == PosixSignal.SIGINT;
        _stopped.Cancel();
    }
}
