using KafkaBackup.Shared;

namespace KafkaBackup.Cli.Cluster;

/// <summary>No node answers, which may pass: a follower asks again.</summary>
internal sealed class ClusterAwayException(string message, Exception? cause) : BackupException(FailureKind.Internal, message, cause);
