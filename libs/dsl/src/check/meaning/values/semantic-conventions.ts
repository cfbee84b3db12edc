/** The types of attributes in OpenTelemetry's semantic conventions: numbers, and lists below. */
const NUMBERS: ReadonlySet<string> = new Set([
  'http.response.status_code',
  'http.status_code',
  'http.request.resend_count',
  'http.request.body.size',
  'http.response.body.size',
  'http.request.size',
  'http.response.size',
  'http.request_content_length',
  'http.response_content_length',
  'rpc.grpc.status_code',
  'server.port',
  'client.port',
  'network.peer.port',
  'network.local.port',
  'net.peer.port',
  'net.host.port',
  'url.port',
  'db.response.returned_rows',
  'db.operation.batch.size',
  'messaging.batch.message_count',
  'messaging.message.body.size',
  'messaging.message.envelope.size',
  'messaging.kafka.offset',
  'gen_ai.usage.input_tokens',
  'gen_ai.usage.output_tokens',
  'gen_ai.request.max_tokens',
  'gen_ai.request.temperature',
  'gen_ai.request.top_k',
  'gen_ai.request.top_p',
  'gen_ai.request.choice.count',
  'thread.id',
  'code.line.number',
]);

const LISTS: ReadonlySet<string> = new Set([
  'user.roles',
  'gen_ai.response.finish_reasons',
  'gen_ai.request.stop_sequences',
  'gen_ai.request.encoding_formats',
  'container.image.tags',
  'container.image.repo_digests',
  'container.command_args',
  'process.command_args',
  'host.ip',
  'host.mac',
  'dns.answers',
  'aws.dynamodb.table_names',
]);

/** Key prefixes before a name that the sender chooses. */
const LISTS_BELOW = ['http.request.header.', 'http.response.header.', 'rpc.grpc.request.metadata.', 'rpc.grpc.response.metadata.'];

/** The type that the conventions define; undefined for texts and unknown keys. */
export function conventionOf(key: string): 'a number' | 'a list' | undefined {
  if (NUMBERS.has(key)) return 'a number';
  return LISTS.has(key) || ((key.startsWith('http.') || key.startsWith('rpc.')) && LISTS_BELOW.some((prefix) => key.startsWith(prefix)))
    ? 'a list'
    : undefined;
}
