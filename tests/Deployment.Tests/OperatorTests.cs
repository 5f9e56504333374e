using k8s.Models;
using KafkaBackup.Cli.Commands;
using KafkaBackup.Management;
using KafkaBackup.Operator;
using KafkaBackup.Operator.Definitions;

namespace KafkaBackup.Deployment.Tests;

/// <summary>The manifests give the operator, and nodes beside it, what the program wants, and no more.</summary>
public sealed class OperatorTests
{
    private const string Folder = "components/operator";

    private static readonly V1Container Container = Manifests.Operator.Spec.Template.Spec.Containers.Single();

    private static readonly V1PodSpec NodePatch = Manifests.Of<V1StatefulSet>(Folder).Single().Spec.Template.Spec;

    [Fact]
    public void The_operator_may_do_exactly_what_it_does()
    {
        var granted = RightsOf("kafka-backup-operator").ToList();

        Assert.Equal(KafkaOperator.Rules.Select(rule => (rule.Verb, rule.Group, rule.Resource)).Order(), granted.Order());
    }

    [Fact]
    public void Nodes_may_read_Secrets_by_name_and_nothing_else() => Assert.Equal([("get", "", "secrets")], RightsOf("kafka-backup-secrets"));

    [Fact]
    public void Rights_are_given_to_the_accounts_of_the_pods()
    {
        var given = Manifests.Of<V1ClusterRoleBinding>(Folder).ToDictionary(one => one.RoleRef.Name, one => one.Subjects.Single());

        Assert.Equal(Manifests.Of<V1ClusterRole>(Folder).Select(role => role.Metadata.Name).Order(), given.Keys.Order());
        Assert.Equal(("ServiceAccount", Manifests.Operator.Spec.Template.Spec.ServiceAccountName), (given["kafka-backup-operator"].Kind, given["kafka-backup-operator"].Name));
        Assert.Equal(("ServiceAccount", Manifests.Nodes.Spec.Template.Spec.ServiceAccountName), (given["kafka-backup-secrets"].Kind, given["kafka-backup-secrets"].Name));
    }

    [Fact]
    public void The_pods_that_ask_the_API_server_have_a_token_and_their_accounts_give_none_to_others()
    {
        var accounts = Manifests.All.OfType<V1ServiceAccount>().ToList();

        Assert.Equal((true, true), (Manifests.Operator.Spec.Template.Spec.AutomountServiceAccountToken, NodePatch.AutomountServiceAccountToken));
        Assert.Equal(3, accounts.Count);
        Assert.All(accounts, account => Assert.False(account.AutomountServiceAccountToken));
    }

    [Fact]
    public void The_program_takes_its_arguments_which_lead_to_the_nodes()
    {
        var service = Manifests.Of<V1Service>("base").Single(one => one.Spec.ClusterIP != "None");

        Assert.Equal("operator", Container.Args[0]);
        Assert.Empty(OperatorCommand.Create().Parse([.. Container.Args.Skip(1)]).Errors);
        Assert.Contains($"--cluster={service.Metadata.Name}:{service.Spec.Ports.Single().Port}", Container.Args);
        Assert.Contains($"--listen=0.0.0.0:{Container.Ports.Single().ContainerPort}", Container.Args);
    }

    [Fact]
    public void The_operator_of_one_namespace_has_the_same_arguments_and_one_more()
    {
        var patch = Manifests.Of<V1Deployment>("components/operator-namespace").Single().Spec.Template.Spec.Containers.Single();

        Assert.Equal([.. Container.Args, "--namespace=$(POD_NAMESPACE)"], patch.Args);
        Assert.Equal(("POD_NAMESPACE", "metadata.namespace"), (patch.Env.Single().Name, patch.Env.Single().ValueFrom.FieldRef.FieldPath));
        Assert.Empty(OperatorCommand.Create().Parse([.. patch.Args.Skip(1)]).Errors);
    }

    [Fact]
    public void It_gives_the_token_that_nodes_demand() => Assert.Equal(
        NodeEnvironment.Container.Env.Single(one => one.Name == "KAFKA_BACKUP_HTTP_TOKEN").ValueFrom.SecretKeyRef,
        Container.Env.Single().ValueFrom.SecretKeyRef, SameKey);

    [Fact]
    public async Task Each_probe_asks_what_the_program_answers()
    {
        V1HTTPGetAction[] asked = [Container.StartupProbe.HttpGet, Container.LivenessProbe.HttpGet, Container.ReadinessProbe.HttpGet];
        await using var server = await HealthServer.StartAsync(new(System.Net.IPAddress.Loopback, 0), () => null);
        using var client = new HttpClient();

        Assert.Equal(["/health/live", "/health/live", "/health/ready"], asked.Select(one => one.Path));
        foreach (var one in asked)
        {
            Assert.Equal(Container.Ports.Single().Name, one.Port.ToString());
            using var answer = await client.GetAsync(new Uri(server.Address + one.Path));
            Assert.Equal(System.Net.HttpStatusCode.OK, answer.StatusCode);
        }
    }

    [Fact]
    public void Nodes_keep_Secrets_in_memory_where_the_program_looks_for_them()
    {
        var variable = NodePatch.Containers.Single().Env.Single();
        var (mount, volume) = (NodePatch.Containers.Single().VolumeMounts.Single(), NodePatch.Volumes.Single());

        Assert.Equal((SecretPath.Variable, mount.MountPath), (variable.Name, variable.Value));
        Assert.Equal((mount.Name, "Memory"), (volume.Name, volume.EmptyDir.Medium));
        Assert.DoesNotContain(Manifests.Nodes.Spec.Template.Spec.Volumes, one => one.Name == volume.Name);
    }

    private static IEqualityComparer<V1SecretKeySelector> SameKey { get; } =
        EqualityComparer<V1SecretKeySelector>.Create((one, other) => (one!.Name, one.Key) == (other!.Name, other.Key));

    private static IEnumerable<(string Verb, string Group, string Resource)> RightsOf(string role) =>
        from rule in Manifests.Of<V1ClusterRole>(Folder).Single(one => one.Metadata.Name == role).Rules
        from entry in rule.ApiGroups
        from resource in rule.Resources
        from verb in rule.Verbs
        select (verb, entry, resource);
}
