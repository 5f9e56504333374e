using KafkaBackup.Shared.Protocol;
using Microsoft.Extensions.Logging;

namespace KafkaBackup.Coordinator.Restore;

/// <content>What the target does to the records.</content>
public sealed partial class RestoreLog
{
    /// <summary>What a topic does, or would do, to its records.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="harms">What to how many of them.</param>
    /// <param name="leavesOut">Whether they were left out.</param>
    internal void Harms(RestoreTopic topic, RecordHarms harms, bool leavesOut)
    {
        if (leavesOut)
        {
            Skipped(topic.Made.Name, harms.Avoidable, harms.TooOld, harms.OutOfTime, harms.WithoutKey);
        }
        else if (topic.Exists && topic.Held.Count == 0)
        {
            NotKept(topic.Made.Name, harms.TooOld, harms.OutOfTime, harms.WithoutKey);
        }
        else
        {
            HeldFor(topic.Made.Name, harms.TooOld, harms.OutOfTime, harms.WithoutKey);
        }
    }

    /// <summary>What stands in the way of a restore, of which is only told what it would do.</summary>
    [LoggerMessage(Level = LogLevel.Error, Message = "{Reason}")]
    public partial void Refused(string reason);

    /// <summary>A window, or ranges of offsets, let not one record through.</summary>
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Sentence}")]
    public partial void ChosenNothing(string sentence);

    /// <summary>What brokers take of a topic that is to be made is not known.</summary>
    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Topic '{Topic}': {Records:N0} record(s) are each larger than {Bytes:N0} bytes, which is what brokers take unless they are told otherwise: set max.message.bytes by restore.topic_configs if the target takes no more")]
    public partial void MayBeTooLarge(string topic, long records, int bytes);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Topic '{Topic}': {Records:N0} record(s) are left out, as restore.retention_policy wants it: {TooOld:N0} that it would delete for their age, {OutOfTime:N0} that it would refuse for their time, {WithoutKey:N0} that it would refuse as they have no key")]
    private partial void Skipped(string topic, long records, long tooOld, long outOfTime, long withoutKey);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Topic '{Topic}' does not keep all records: {TooOld:N0} it deletes for their age, {OutOfTime:N0} it refuses for their time, {WithoutKey:N0} it refuses as they have no key")]
    private partial void NotKept(string topic, long tooOld, long outOfTime, long withoutKey);

    [LoggerMessage(Level = LogLevel.Information,
        Message = "Topic '{Topic}' keeps all records as long as its settings are held: by its own it would delete {TooOld:N0} for their age, refuse {OutOfTime:N0} for their time, and {WithoutKey:N0} as they have no key")]
    private partial void HeldFor(string topic, long tooOld, long outOfTime, long withoutKey);
}
