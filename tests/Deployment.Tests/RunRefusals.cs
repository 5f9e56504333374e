namespace KafkaBackup.Deployment.Tests;

/// <summary>What is changed of a run that has no more than it needs, of which field the API server complains then, and with which sentence.</summary>
internal static class RunRefusals
{
    public static TheoryData<string, string, string> All { get; } = new()
    {
        { """{"backupRef": null}""", "spec.backupRef", "Required value" },
        { """{"backupRef": {"name": null}}""", "spec.backupRef.name", "Required value" },
        { """{"backupRef": {"name": ""}}""", "spec.backupRef.name", "should match '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$'" },
    };
}
