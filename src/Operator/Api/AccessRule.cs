namespace KafkaBackup.Operator.Api;

/// <summary>A right that is needed.</summary>
/// <param name="Verb">What is done, as <c>patch</c>.</param>
/// <param name="Group">The API group.</param>
/// <param name="Resource">The kind of objects, in the plural; with a subresource behind a slash.</param>
internal sealed record AccessRule(string Verb, string Group, string Resource)
{
    /// <inheritdoc />
    public override string ToString() => $"{Verb} {Resource}{(Group.Length == 0 ? "" : $".{Group}")}";
}
