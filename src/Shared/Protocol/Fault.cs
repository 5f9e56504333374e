using System.Text.Json.Serialization;

namespace KafkaBackup.Shared.Protocol;

/// <summary>A failure as it travels between actors: an exception never does.</summary>
/// <param name="Kind">Which side failed.</param>
/// <param name="Message">The sentence for the operator.</param>
/// <param name="IsRetryable">Whether another try may succeed with nobody changing anything.</param>
public sealed record Fault(FailureKind Kind, string Message, bool IsRetryable)
{
    /// <summary>Whether what a restore has brought cannot be gone on with.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool BeginsAnew { get; init; }

    /// <summary>What is worth telling of an exception.</summary>
    public static Fault Of(Exception exception) => exception switch
    {
        BackupException known => new Fault(known.Kind, known.Message, known.IsRetryable) { BeginsAnew = known.BeginsAnew },
        AggregateException { InnerExceptions: [var only] } => Of(only),
        _ => new Fault(FailureKind.Internal, $"{exception.GetType().Name}: {exception.Message}", IsRetryable: false),
    };
}
