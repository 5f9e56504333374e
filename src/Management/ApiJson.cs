using System.Text.Json;
using System.Text.Json.Serialization;
using KafkaBackup.Shared.Protocol;

namespace KafkaBackup.Management;

/// <summary>How the API's answers become JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(BackupPage))]
[JsonSerializable(typeof(BackupDetails))]
[JsonSerializable(typeof(RunDetails))]
[JsonSerializable(typeof(Submission))]
[JsonSerializable(typeof(Submitted))]
[JsonSerializable(typeof(ApiProblem))]
[JsonSerializable(typeof(IReadOnlyList<ClusterMember>))]
[JsonSerializable(typeof(IReadOnlyList<PartitionDetails>))]
[JsonSerializable(typeof(IReadOnlyList<GapDetails>))]
[JsonSerializable(typeof(NodeDetails))]
[JsonSerializable(typeof(RestoreSubmission))]
[JsonSerializable(typeof(RestoreRunProtocol.RestoreRunStatus))]
[JsonSerializable(typeof(OperationSubmission))]
[JsonSerializable(typeof(OperationProtocol.OperationStatus))]
[JsonSerializable(typeof(JsonElement))]
public sealed partial class ApiJson : JsonSerializerContext;
