namespace KafkaBackup.Shared.Storage;

/// <summary>What must hold for a PUT to happen.</summary>
public readonly record struct PutCondition
{
    private PutCondition(PutConditionKind kind, ETag? expected)
    {
        Kind = kind;
        Expected = expected;
    }

    /// <summary>Write whatever is there. For views that are made anew from the truth, never for the truth.</summary>
    public static PutCondition Overwrite { get; } = new(PutConditionKind.Overwrite, null);

    /// <summary>Write only when nothing is there (<c>If-None-Match: *</c>).</summary>
    public static PutCondition CreateOnly { get; } = new(PutConditionKind.CreateOnly, null);

    /// <summary>Which condition.</summary>
    public PutConditionKind Kind { get; }

    /// <summary>The tag that must be there; only with <see cref="PutConditionKind.IfMatch"/>.</summary>
    public ETag? Expected { get; }

    /// <summary>Write only when the object there has this tag (<c>If-Match</c>).</summary>
    public static PutCondition IfMatch(ETag expected) => new(PutConditionKind.IfMatch, expected);

    /// <summary><see cref="IfMatch"/> for a tag, <see cref="CreateOnly"/> for none.</summary>
    public static PutCondition Expecting(ETag? current) => current is { } tag ? IfMatch(tag) : CreateOnly;
}
