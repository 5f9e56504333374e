namespace KafkaBackup.Shared.Storage;

/// <summary>The version tag that a store gives to the content of an object. Compared as opaque text, without quotes.</summary>
/// <param name="Value">The tag, unquoted.</param>
public readonly record struct ETag(string Value)
{
    /// <inheritdoc />
    public override string ToString() => Value;
}
