/**
 * The attributes that the semantic conventions define for resources and not for spans. Whole keys, not namespaces: `container.no` of a ship and
 * `host.guests` of a party are span attributes.
 */
const KEYS: ReadonlySet<string> = new Set([
  'service.name',
  'service.namespace',
  'service.version',
  'service.instance.id',
  'cloud.provider',
  'cloud.region',
  'cloud.platform',
  'cloud.account.id',
  'cloud.availability_zone',
  'deployment.environment',
  'deployment.environment.name',
  'process.pid',
  'process.command',
  'process.command_line',
  'process.command_args',
  'process.executable.name',
  'process.executable.path',
  'process.owner',
  'process.runtime.name',
  'process.runtime.version',
  'process.runtime.description',
  'telemetry.sdk.name',
  'telemetry.sdk.language',
  'telemetry.sdk.version',
  'telemetry.distro.name',
  'telemetry.distro.version',
  'telemetry.auto.version',
  'host.id',
  'host.name',
  'host.type',
  'host.arch',
  'host.ip',
  'host.mac',
  'host.image.id',
  'host.image.name',
  'host.image.version',
  'host.cpu.vendor.id',
  'host.cpu.family',
  'host.cpu.model.id',
  'host.cpu.model.name',
  'host.cpu.stepping',
  'host.cpu.cache.l2.size',
  'os.type',
  'os.name',
  'os.version',
  'os.description',
  'os.build_id',
  'container.id',
  'container.name',
  'container.runtime',
  'container.runtime.name',
  'container.runtime.version',
  'container.runtime.description',
  'container.command',
  'container.command_line',
  'container.command_args',
  'container.image.id',
  'container.image.name',
  'container.image.tag',
  'container.image.tags',
  'container.image.repo_digests',
  'aws.ecs.container.arn',
  'aws.ecs.cluster.arn',
  'aws.ecs.launchtype',
  'aws.ecs.task.arn',
  'aws.ecs.task.family',
  'aws.ecs.task.id',
  'aws.ecs.task.revision',
  'aws.eks.cluster.arn',
  'k8s.pod.ip',
  'k8s.pod.hostname',
  'k8s.pod.start_time',
  'k8s.container.restart_count',
  'k8s.container.status.last_terminated_reason',
]);

/** Every Kubernetes object has a name, a UID, labels and annotations; a container has labels. */
const OF_OBJECTS =
  /^(?:k8s\.(?:cluster|node|namespace|pod|container|replicaset|deployment|statefulset|daemonset|job|cronjob|replicationcontroller|hpa|resourcequota|storageclass)\.(?:name|uid|labels?\..+|annotations?\..+)|container\.labels?\..+)$/;

/** Fast path: the first words of those keys. */
export const RESOURCE_WORDS: ReadonlySet<string> = new Set(['k8s', ...[...KEYS].map((key) => key.slice(0, key.indexOf('.')))]);

/** Whether the conventions define this attribute for resources. */
export function isOfResource(key: string): boolean {
  return KEYS.has(key) || OF_OBJECTS.test(key);
}
