// The schema of the chart's values: `config` derives from the configuration's declaration, the rest is declared here. Undeclared values are refused, so that a
// misspelt one is an error instead of a default.
import { KEYS } from '../../libs/platform/src/configuration/settings/keys.js';

type Schema = Readonly<Record<string, unknown>>;

const object = (properties: Readonly<Record<string, Schema>>, more: Schema = {}): Schema => ({
  type: 'object',
  additionalProperties: false,
  properties,
  ...more,
});
const text: Schema = { type: 'string' };
const flag: Schema = { type: 'boolean' };
const count = (minimum: number): Schema => ({ type: 'integer', minimum });
const oneOf = (...words: readonly string[]): Schema => ({ enum: words });
const listOf = (items: Schema): Schema => ({ type: 'array', items });
/** Kubernetes checks these itself. */
const passedOn: Schema = { type: 'object' };
const texts: Schema = { type: 'object', additionalProperties: text };
const quantity: Schema = { type: ['string', 'integer'], pattern: '^[0-9]+(\\.[0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$' };
const duration: Schema = { type: 'string', pattern: '^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$' };
const port: Schema = { type: 'integer', minimum: 1, maximum: 65_535 };
const matching = (pattern: string): Schema => ({ type: 'string', pattern });
/** The name of an object in the cluster; empty where there is none. */
const reference = matching('^([a-z0-9]([-a-z0-9.]*[a-z0-9])?)?$');
/** A part of the names and labels of the chart's own objects. */
const partOfNames = matching('^([a-z0-9]([-a-z0-9]*[a-z0-9])?)?$');
const url = matching('^https?://[^\\s/]+(/\\S*)?$');
const keyOfSecret = matching('^[-._a-zA-Z0-9]+$');
const fileOfSecret = object({ secretName: reference, key: keyOfSecret });
const DNS_LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';

/** Kubernetes takes no other names for the resources of a container. */
const resourceNames = matching('^(cpu|memory|ephemeral-storage|hugepages-.+|.+/.+)$');
const resources = object(
  Object.fromEntries(
    ['requests', 'limits'].map((kind) => [kind, { type: 'object', propertyNames: resourceNames, additionalProperties: quantity }]),
  ),
);
const pod: Readonly<Record<string, Schema>> = {
  resources,
  service: object({ type: oneOf('ClusterIP', 'NodePort', 'LoadBalancer'), annotations: texts }),
  podAnnotations: texts,
  podLabels: texts,
  nodeSelector: texts,
  tolerations: listOf(passedOn),
  affinity: passedOn,
  extraEnv: listOf(object({ name: matching('^[-._a-zA-Z][-._a-zA-Z0-9]*$'), value: text, valueFrom: passedOn }, { required: ['name'] })),
};
const autoscaling: Readonly<Record<string, Schema>> = {
  enabled: flag,
  minReplicas: count(1),
  maxReplicas: count(1),
  targetCPUUtilizationPercentage: { type: 'integer', minimum: 1, maximum: 1_000 },
};
const deployment = (scaling = autoscaling, more: Readonly<Record<string, Schema>> = {}): Schema =>
  object({
    ...more,
    ...pod,
    replicas: count(0),
    autoscaling: object(scaling),
    podDisruptionBudget: object({ enabled: flag, maxUnavailable: { type: ['integer', 'string'], minimum: 1, pattern: '^[1-9][0-9]*%$' } }),
    topologySpread: flag,
  });
const keda = object({
  enabled: flag,
  pollingInterval: count(1),
  cooldownPeriod: count(0),
  lagThreshold: count(1),
  prometheusAddress: url,
});

/** `config`: betrace.yaml by groups, without secrets, because the values of a release are stored and shown to everyone who may read it. */
function configuration(): Schema {
  const groups: Record<string, Record<string, Schema>> = {};
  for (const { name, setting } of KEYS) {
    if (setting.secret) continue;
    const [group = '', key = ''] = name.split('.');
    groups[group] = { ...groups[group], [key]: { description: setting.doc, ...setting.type.jsonSchema } };
  }
  return object(Object.fromEntries(Object.entries(groups).map(([group, keys]) => [group, object(keys)])));
}

const PROPERTIES: Readonly<Record<string, Schema>> = {
  mode: oneOf('distributed', 'standalone'),
  nameOverride: partOfNames,
  fullnameOverride: partOfNames,
  global: passedOn,
  image: object({
    // Only the host may have capitals. The tag and the digest have values of their own.
    repository: matching('^((\\[[0-9a-fA-F:]+\\]|[A-Za-z0-9.-]+)(:[0-9]+)?/)?[a-z0-9]+([._/-]+[a-z0-9]+)*$'),
    tag: matching('^([A-Za-z0-9_][A-Za-z0-9._-]{0,127})?$'),
    digest: matching('^(sha256:[0-9a-f]{64})?$'),
    pullPolicy: oneOf('Always', 'IfNotPresent', 'Never'),
  }),
  imagePullSecrets: listOf(object({ name: { ...reference, minLength: 1 } }, { required: ['name'] })),
  config: configuration(),
  secrets: object({
    existingSecret: reference,
    apiKeysFile: fileOfSecret,
    formerSignatureKeysFile: fileOfSecret,
    notificationsFile: fileOfSecret,
  }),
  tls: object({ enabled: flag, secretName: reference, mutual: flag }),
  kafkaTls: object({ enabled: flag, caSecretName: reference, caKey: keyOfSecret }),
  trust: object({ secretName: reference, key: keyOfSecret }),
  certificate: object({
    enabled: flag,
    issuerRef: object({ name: reference, kind: oneOf('Issuer', 'ClusterIssuer') }),
    duration,
    renewBefore: duration,
  }),
  externalSecret: object({
    enabled: flag,
    refreshInterval: duration,
    storeRef: object({ name: reference, kind: oneOf('SecretStore', 'ClusterSecretStore') }),
    data: {
      type: 'object',
      additionalProperties: object({ key: text, property: text, version: text }, { required: ['key'] }),
    },
  }),
  ingest: deployment(),
  evaluator: deployment({ ...autoscaling, keda }, { staticMembership: object({ enabled: flag, sessionTimeout: duration }) }),
  api: deployment(),
  standalone: object({
    ...pod,
    persistence: object({
      size: quantity,
      storageClassName: reference,
      accessModes: { ...listOf(oneOf('ReadWriteOnce', 'ReadWriteOncePod')), minItems: 1 },
    }),
  }),
  ingress: object({
    enabled: flag,
    className: reference,
    host: matching(`^(\\*\\.)?${DNS_LABEL}(\\.${DNS_LABEL})*$`),
    annotations: texts,
    tls: object({ enabled: flag, secretName: reference }),
    // Without an address the proxy would admit all users.
    oauth2Proxy: object({ enabled: flag, authUrl: url, signInUrl: url }),
    ingest: object({ enabled: flag }),
  }),
  networkPolicy: object({
    enabled: flag,
    senders: listOf(passedOn),
    clients: listOf(passedOn),
    scrapers: listOf(passedOn),
    egressPorts: listOf(port),
  }),
  serviceAccount: object({ annotations: texts }),
  serviceMonitor: object({ enabled: flag, interval: duration, labels: texts }),
  prometheusRule: object({ enabled: flag, labels: texts, disabled: listOf(text) }),
  backup: object({
    enabled: flag,
    schedule: matching('^(@(hourly|daily|midnight|weekly|monthly|yearly|annually)|(\\S+ +){4}\\S+)$'),
    keep: count(1),
    persistence: object({ existingClaim: reference, size: quantity, storageClassName: reference }),
    resources,
  }),
  strimzi: object({
    enabled: flag,
    version: matching('^([0-9]+\\.[0-9]+\\.[0-9]+)?$'),
    replicas: count(1),
    storage: object({ size: quantity, storageClassName: reference }),
    resources,
  }),
};

/** The text of `deploy/helm/betrace/values.schema.json`. */
export function chartValuesSchema(): string {
  const schema = { $schema: 'http://json-schema.org/draft-07/schema#', title: 'Values of the BeTrace chart', ...object(PROPERTIES) };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}
