using System.Text.Json.Serialization;
using KafkaBackup.Shared.Operations;

namespace KafkaBackup.Shared.Protocol;

/// <summary>What whoever carries out an operation in a cluster is told, asked, and says.</summary>
public static class OperationProtocol
{
    /// <summary>The longest definition of an operation, in bytes of UTF-8: as a message it stays below a frame.</summary>
    public const int MaxDefinitionBytes = 65_536;

    /// <summary>The longest name of an operation, in letters.</summary>
    public const int MaxName = 64;

    /// <summary>A message about one operation, by which sharding routes it.</summary>
    public interface IOperationMessage : IWireMessage
    {
        /// <summary>The operation, by the name that its beginning gave.</summary>
        string Operation { get; }
    }

    /// <summary>Carry it out, unless it is under way or was carried out. Answered by <see cref="OperationStatus"/>.</summary>
    /// <param name="Operation">A name that no other has: asked for again, it is carried out once, unless a node died meanwhile.</param>
    /// <param name="Definition">The definition, variables unresolved.</param>
    public sealed record StartOperation(string Operation, string Definition) : IOperationMessage;

    /// <summary>Asks how it stands; answered by <see cref="OperationStatus"/> in every state.</summary>
    public sealed record GetOperation(string Operation) : IOperationMessage;

    /// <summary>Ends it early, and forgets what it found. Answered by <see cref="OperationStatus"/>.</summary>
    public sealed record ForgetOperation(string Operation) : IOperationMessage
    {
        /// <summary>Whether it is remembered that it is over, so that it is not carried out for somebody who asks for it later.</summary>
        public bool LeavesMark { get; init; }
    }

    /// <summary>How an operation stands.</summary>
    /// <param name="Operation">The operation.</param>
    /// <param name="State">Whether it is under way, or over.</param>
    public sealed record OperationStatus(string Operation, OperationState State) : IOperationMessage
    {
        /// <summary>Why it could not be carried out; null when it was, or is under way.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public Fault? Failure { get; init; }

        /// <summary>What came of consumer groups; null when it is of none.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public GroupsReport? Groups { get; init; }

        /// <summary>What a validation found; null when it is none.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public ChecksReport? Checks { get; init; }

        /// <summary>What came of a deletion; null when it is none.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public DeletionReport? Deletion { get; init; }
    }

    /// <summary>The states of an operation.</summary>
    public enum OperationState
    {
        /// <summary>Nobody carries it out: it was never asked for, was forgotten, or its node is gone. Ask for it again.</summary>
        Unknown,

        /// <summary>It is under way.</summary>
        Running,

        /// <summary>It is over.</summary>
        Ended,
    }
}
