using System.Security.Cryptography;
using System.Text;
using Akka.Actor;
using Akka.Persistence;
using KafkaBackup.PartitionWorkers.Node;
using KafkaBackup.Shared.Protocol;
using static KafkaBackup.PartitionWorkers.Backup.WorkerMessages;

namespace KafkaBackup.PartitionWorkers.Backup;

/// <summary>Remembers for one worker which segments it has stored and not seen committed. A cache: it fails alone, and nobody waits for it.</summary>
/// <remarks>
/// Its parent hears once what an earlier life left; that it stopped instead is an answer as well. Events are written one behind the other while
/// the worker goes on. When nothing waits to be committed, all that was written can go.
/// </remarks>
internal sealed class PartitionJournalActor : UntypedPersistentActor
{
    private readonly JournalHealth _health;
    private readonly PartitionWorkerSettings _settings;
    private readonly UploadJournal _events;
    private long _compactedTo;
    private int _writing;
    private bool _isEnding;

    public PartitionJournalActor(PartitionKey key, int placement, JournalHealth health, PartitionWorkerSettings settings)
    {
        (_health, _settings, _events) = (health, settings, new UploadJournal(key.Partition));
        PersistenceId = PersistenceIdOf(key, placement);
    }

    /// <inheritdoc />
    public override string PersistenceId { get; }

    /// <inheritdoc />
    /// <remarks>There never is a snapshot, and to look for one costs as much as to read the events.</remarks>
    public override Recovery Recovery { get; } = new(SnapshotSelectionCriteria.None);

    public static Props Props(PartitionKey key, int placement, JournalHealth health, PartitionWorkerSettings settings) =>
        Akka.Actor.Props.Create(typeof(PartitionJournalActor), key, placement, health, settings);

    /// <summary>The journal's name for a worker: of fixed length, as a topic's name alone may be longer than a journal's column.</summary>
    /// <remarks>Each place of a partition has one to itself: of two workers that are at work for a moment, as one gives up what the other takes, none
    /// may write into what the other reads.</remarks>
    public static string PersistenceIdOf(PartitionKey key, int placement = 0) =>
        "worker-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(placement == 0 ? $"{key}" : $"{key}/{placement}")).AsSpan(0, 20));

    /// <inheritdoc />
    protected override void OnRecover(object message)
    {
        if (message is RecoveryCompleted)
        {
            Context.Parent.Tell(new JournalRead([.. _events.Uploaded]));
        }
        else
        {
            _events.Apply(message);
        }
    }

    /// <inheritdoc />
    protected override void OnCommand(object message)
    {
        if (message is SegmentUploaded or SegmentCommitted or SegmentDropped)
        {
            _writing++;
            PersistAsync(message, written =>
            {
                _events.Apply(written);
                Compact();
                _writing--;
                StopWhenWritten();
            });
        }

        if (message is JournalEnd)
        {
            _isEnding = true; // Not by DeferAsync: alone it makes a write of no events, which fails in Akka.Persistence.Sql, and after
            // some of those the circuit breaker lets nobody write.
            StopWhenWritten();
        }

        // What else comes is the outcome of a compaction: one that failed costs nothing.
    }

    /// <inheritdoc />
    protected override void OnRecoveryFailure(Exception reason, object? message = null) => _health.Failed("read", reason);

    /// <inheritdoc />
    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr) => _health.Failed("written", cause);

    /// <inheritdoc />
    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        _health.Failed("written", cause);
        Context.Stop(Self); // Otherwise it would live on with a hole in what it knows.
    }

    private void StopWhenWritten()
    {
        if (_isEnding && _writing == 0)
        {
            Context.Stop(Self);
        }
    }

    private void Compact()
    {
        if (_events.Uploaded.Count == 0 && LastSequenceNr - _compactedTo >= _settings.CompactJournalEvery)
        {
            _compactedTo = LastSequenceNr;
            DeleteMessages(LastSequenceNr);
        }
    }
}
