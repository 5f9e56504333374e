using k8s.Models;
using KafkaBackup.Coordinator;

namespace KafkaBackup.Deployment.Tests;

/// <summary>Pods may do no more than they need, and get what they need.</summary>
public sealed class PodTests
{
    private const string Operator = "operator";

    public static TheoryData<string> Owners => [.. Manifests.Pods.Select(one => one.Owner)];

    /// <summary>Pods that back up.</summary>
    public static TheoryData<string> Working => [.. Manifests.Pods.Select(one => one.Owner).Where(owner => owner != Operator)];

    [Theory]
    [MemberData(nameof(Owners))]
    public void A_pod_runs_as_the_user_of_the_image_who_is_not_root(string owner)
    {
        var security = PodOf(owner).SecurityContext;

        Assert.Equal((true, "RuntimeDefault"), (security.RunAsNonRoot, security.SeccompProfile.Type));
        Assert.Equal([Dockerfile.User, Dockerfile.User, Dockerfile.User], [security.RunAsUser, security.RunAsGroup, security.FsGroup]);
        Assert.NotEqual(0, Dockerfile.User);
    }

    [Theory]
    [MemberData(nameof(Owners))]
    public void A_container_has_no_rights_and_a_root_that_cannot_be_written(string owner)
    {
        var security = PodOf(owner).Containers.Single().SecurityContext;

        Assert.Equal((false, true), (security.AllowPrivilegeEscalation, security.ReadOnlyRootFilesystem));
        Assert.Equal(["ALL"], security.Capabilities.Drop);
        Assert.Null(security.Capabilities.Add);
    }

    [Theory]
    [MemberData(nameof(Owners))]
    public void What_is_written_goes_into_empty_volumes(string owner)
    {
        var pod = PodOf(owner);
        var volumes = pod.Volumes.ToDictionary(volume => volume.Name);

        var mounts = pod.Containers.Single().VolumeMounts;

        Assert.Equal(owner == Operator ? ["/tmp"] : ["/tmp", "/var/lib/kafka-backup"], mounts.Where(mount => mount.ReadOnlyProperty != true).Select(mount => mount.MountPath).Order());
        Assert.All(mounts, mount => Assert.Equal(mount.ReadOnlyProperty != true, volumes[mount.Name].EmptyDir is not null));
        Assert.Equal(volumes.Keys.Order(), mounts.Select(mount => mount.Name).Order());
    }

    /// <summary>A Service named kafka-backup sets KAFKA_BACKUP_PORT=tcp://… in every pod of its namespace that has links.</summary>
    [Theory]
    [MemberData(nameof(Owners))]
    public void Services_of_the_namespace_set_no_variables_in_a_pod(string owner) => Assert.False(PodOf(owner).EnableServiceLinks);

    [Theory]
    [MemberData(nameof(Working))]
    public void A_pod_that_backs_up_has_no_key_to_the_API_of_Kubernetes(string owner)
    {
        var account = Manifests.All.OfType<V1ServiceAccount>().Single(one => one.Metadata.Name == PodOf(owner).ServiceAccountName);

        Assert.Equal((false, false), (PodOf(owner).AutomountServiceAccountToken, account.AutomountServiceAccountToken));
    }

    [Theory]
    [MemberData(nameof(Owners))]
    public void Memory_is_limited_to_what_is_asked_for_and_processors_are_not(string owner)
    {
        var resources = PodOf(owner).Containers.Single().Resources;

        Assert.Equal(["memory"], resources.Limits.Keys);
        Assert.Equal(resources.Limits["memory"], resources.Requests["memory"]);
        Assert.Contains("cpu", resources.Requests.Keys);
    }

    [Theory]
    [MemberData(nameof(Working))]
    public void A_pod_has_the_time_that_a_stop_takes(string owner)
    {
        var phases = CoordinatorHosting.LoadHocon("cluster").GetConfig("akka.coordinated-shutdown.phases");
        var leaving = phases.GetTimeSpan("cluster-sharding-shutdown-region.timeout") + phases.GetTimeSpan("cluster-exiting.timeout");

        Assert.True(PodOf(owner).TerminationGracePeriodSeconds >= Math.Max(30, leaving.TotalSeconds + 10));
    }

    [Fact]
    public void Nodes_start_together_and_are_spread_over_machines_and_zones()
    {
        var spec = Manifests.Nodes.Spec;

        Assert.Equal((3, "Parallel"), (spec.Replicas, spec.PodManagementPolicy));
        Assert.Equal(
            [("kubernetes.io/hostname", "DoNotSchedule", "Honor"), ("topology.kubernetes.io/zone", "ScheduleAnyway", null)],
            spec.Template.Spec.TopologySpreadConstraints.Select(spread =>
                (spread.TopologyKey, spread.WhenUnsatisfiable, (string?)spread.NodeTaintsPolicy)));
        Assert.Equal("1", Manifests.Of<V1PodDisruptionBudget>("base").Single().Spec.MaxUnavailable.ToString());
    }

    private static V1PodSpec PodOf(string owner) => Manifests.Pods.Single(one => one.Owner == owner).Pod.Spec;
}
