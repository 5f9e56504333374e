namespace KafkaBackup.Operator.Definitions;

/// <summary>One value of a Secret.</summary>
/// <param name="Namespace">The Secret's namespace.</param>
/// <param name="Name">The Secret's name.</param>
/// <param name="Key">The key in it.</param>
public readonly record struct SecretKey(string Namespace, string Name, string Key)
{
    /// <inheritdoc />
    public override string ToString() => $"{Key} of Secret {Namespace}/{Name}";
}
