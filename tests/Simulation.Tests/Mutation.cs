namespace KafkaBackup.Simulation.Tests;

/// <summary>One rule of the commit protocol left out, to show that the simulation would notice.</summary>
public enum Mutation
{
    /// <summary>All rules hold.</summary>
    None,

    /// <summary>The head is written whatever is there.</summary>
    HeadOverwritten,

    /// <summary>The manifest is written whatever is there.</summary>
    ManifestOverwritten,

    /// <summary>An entry is accepted wherever it starts, and whatever it overlaps.</summary>
    NoBaseCheck,

    /// <summary>An entry is accepted beyond the position, too.</summary>
    NoPositionCheck,

    /// <summary>An entry is accepted whatever epoch its segment carries.</summary>
    NoEpochCheck,

    /// <summary>Workers hear of a commit before the head is swapped.</summary>
    AnsweredBeforeCommit,

    /// <summary>The name of a segment carries nothing of its own.</summary>
    SegmentNameReused,

    /// <summary>A worker takes an answer to an earlier order for one to the order in work.</summary>
    AnyAnswerTaken,

    /// <summary>A coordinator takes the end of an earlier order for the end of the one that it gave last.</summary>
    AnyEndTaken,

    /// <summary>The sweep deletes parts of younger epochs.</summary>
    AnyPartSwept,

    /// <summary>The sweep deletes segments that may still be committed.</summary>
    AnySegmentSwept,

    /// <summary>A render does not look at what another program put into the manifest.</summary>
    ForeignSegmentsIgnored,

    /// <summary>The manifest shows what is not committed yet.</summary>
    RenderLeads,

    /// <summary>A reader goes on without a part that it does not find.</summary>
    MissingPartIgnored,
}
