// The schema of the chart's values: `config` derives from the configuration's declaration, the rest is declared here. Undeclared values are refused, so that a
// misspelt one is an error instead of a default.
import { KEYS } from '../../libs/platform/src/configuration/keys.js';

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
const fileOfSecret = object({ secretName: text, key: { type: 'string', pattern: '^[-._a-zA-Z0-9]+$' } });

const resources = object(
  Object.fromEntries(['requests', 'limits'].map((kind) => [kind, { type: 'object', additionalProperties: quantity }])),
);
const pod: Readonly<Record<string, Schema>> = {
  resources,
  service: object({ type: oneOf('ClusterIP', 'NodePort', 'LoadBalancer'), annotations: texts }),
  podAnnotations: texts,
  podLabels: texts,
  nodeSelector: texts,
  tolerations: listOf(passedOn),
  affinity: passedOn,
  extraEnv: listOf(object({ name: { type: 'string', minLength: 1 }, value: text, valueFrom: passedOn }, { required: ['name'] })),
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
    podDisruptionBudget: object({ enabled: flag, maxUnavailable: { type: ['integer', 'string'], minimum: 1, pattern: '^[0-9]+%$' } }),
    topologySpread: flag,
  });
const keda = object({
  enabled: flag,
  pollingInterval: count(1),
  cooldownPeriod: count(0),
  lagThreshold: count(1),
  prometheusAddress: { type: 'string', pattern: '^https?://' },
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
  nameOverride: text,
  fullnameOverride: { type: 'string', pattern: '^([a-z0-9]([-a-z0-9]*[a-z0-9])?)?$' },
  global: passedOn,
  image: object({
    repository: { type: 'string', minLength: 1 },
    tag: text,
    digest: { type: 'string', pattern: '^(sha256:[0-9a-f]{64})?$' },
    pullPolicy: oneOf('Always', 'IfNotPresent', 'Never'),
  }),
  imagePullSecrets: listOf(object({ name: text }, { required: ['name'] })),
  config: configuration(),
  secrets: object({
    existingSecret: text,
    apiKeysFile: fileOfSecret,
    formerSignatureKeysFile: fileOfSecret,
    notificationsFile: fileOfSecret,
  }),
  tls: object({ enabled: flag, secretName: text, mutual: flag }),
  kafkaTls: object({ enabled: flag, caSecretName: text, caKey: text }),
  trust: object({ secretName: text, key: text }),
  certificate: object({
    enabled: flag,
    issuerRef: object({ name: text, kind: oneOf('Issuer', 'ClusterIssuer') }),
    duration,
    renewBefore: duration,
  }),
  externalSecret: object({
    enabled: flag,
    refreshInterval: duration,
    storeRef: object({ name: text, kind: oneOf('SecretStore', 'ClusterSecretStore') }),
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
    persistence: object({ size: quantity, storageClassName: text, accessModes: listOf(oneOf('ReadWriteOnce', 'ReadWriteOncePod')) }),
  }),
  ingress: object({
    enabled: flag,
    className: text,
    host: { type: 'string', minLength: 1 },
    annotations: texts,
    tls: object({ enabled: flag, secretName: text }),
    oauth2Proxy: object({ enabled: flag, authUrl: text, signInUrl: text }),
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
    schedule: { type: 'string', pattern: '^(@(hourly|daily|midnight|weekly|monthly|yearly|annually)|(\\S+ +){4}\\S+)$' },
    keep: count(1),
    persistence: object({ existingClaim: text, size: quantity, storageClassName: text }),
    resources,
  }),
  strimzi: object({
    enabled: flag,
    version: text,
    replicas: count(1),
    storage: object({ size: quantity, storageClassName: text }),
    resources,
  }),
};

/** The text of `deploy/helm/betrace/values.schema.json`. */
export function chartValuesSchema(): string {
  const schema = { $schema: 'http://json-schema.org/draft-07/schema#', title: 'Values of the BeTrace chart', ...object(PROPERTIES) };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}
