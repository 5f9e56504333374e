using k8s.Models;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Testing;

namespace KafkaBackup.Deployment.Tests;

/// <summary>The schedule runs a backup that can be run.</summary>
public sealed class CronJobTests
{
    private static readonly V1CronJobSpec Spec = Manifests.CronJob.Spec;

    [Fact]
    public void The_configuration_is_one_that_the_program_takes_with_local_files_where_it_may_write()
    {
        var configuration = ConfigurationLoader.Load(Path.Combine(Repository.Root, Manifests.Folder, "overlays/cronjob/backup.yaml"), _ => null);

        var container = Spec.JobTemplate.Spec.Template.Spec.Containers.Single();
        Assert.Equal(["backup", "-c", "/etc/kafka-backup/backup.yaml"], container.Args);
        Assert.Contains(container.VolumeMounts, mount => mount.MountPath == "/etc/kafka-backup");
        var local = Path.GetDirectoryName(configuration.OffsetStorage!.DbPath);
        Assert.Contains(container.VolumeMounts, mount => mount.ReadOnlyProperty != true && mount.MountPath == local);
        Assert.False(configuration.Backup.IsContinuous);
    }

    [Fact]
    public void One_run_at_a_time_that_no_clock_ends()
    {
        var job = Spec.JobTemplate.Spec;

        Assert.Equal(("Forbid", "Never"), (Spec.ConcurrencyPolicy, job.Template.Spec.RestartPolicy));
        Assert.Null(job.ActiveDeadlineSeconds);
        Assert.Null(job.Template.Spec.ActiveDeadlineSeconds);
        Assert.InRange(job.BackoffLimit!.Value, 0, 3);
    }

    [Fact]
    public void Exit_codes_that_another_try_does_not_change_end_the_job()
    {
        var rule = Spec.JobTemplate.Spec.PodFailurePolicy.Rules.Single(one => one.OnExitCodes is not null);

        Assert.Equal(("FailJob", "In", "backup"), (rule.Action, rule.OnExitCodes.OperatorProperty, rule.OnExitCodes.ContainerName));
        Assert.Equal([2, 3], rule.OnExitCodes.Values);
        Assert.Equal("backup", Spec.JobTemplate.Spec.Template.Spec.Containers.Single().Name);
    }

    [Fact]
    public void The_schedule_has_a_time_zone_that_there_is() => Assert.NotNull(TimeZoneInfo.FindSystemTimeZoneById(Spec.TimeZone));
}
