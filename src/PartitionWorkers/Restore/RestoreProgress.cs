using System.Collections.Concurrent;
using KafkaBackup.PartitionWorkers.Node;
using KafkaBackup.Shared;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.PartitionWorkers.Restore;

/// <summary>How far the partitions are that this process restores. Many pipelines write, anybody reads.</summary>
/// <param name="counts">Counts what is read, for whoever shows how it goes.</param>
public sealed class RestoreProgress(NodeProgress counts)
{
    private readonly ConcurrentDictionary<PartitionId, RestorePipeline> _pipelines = new();

    /// <summary>How far each partition is, by its target; those of which nothing is acknowledged are left out.</summary>
    public IReadOnlyDictionary<PartitionId, RestoredSoFar> Positions
    {
        get
        {
            var positions = new Dictionary<PartitionId, RestoredSoFar>();
            foreach (var (target, pipeline) in _pipelines)
            {
                if (pipeline.SoFar is { } soFar)
                {
                    positions[target] = soFar;
                }
            }

            return positions;
        }
    }

    internal void Follow(PartitionId target, RestorePipeline pipeline) => _pipelines[target] = pipeline;

    internal void Read(long bytes) => counts.Read(1, bytes);
}
