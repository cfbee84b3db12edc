import type { OpenAPIObject } from '@nestjs/swagger';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Response = { description: string; content?: Record<string, { schema?: unknown }> };

const PROBLEM = { $ref: '#/components/schemas/ProblemView' };
const PROBLEM_TYPE = 'application/problem+json';
/** Public routes, which do not authenticate callers. */
const OPEN: ReadonlySet<string> = new Set(['/health', '/ready']);
/** Routes that the rate limit does not count: those for spans. */
const UNCOUNTED: ReadonlySet<string> = new Set(['/v1/traces', '/v1/spans']);
/** Its errors are `google.rpc.Status`, as in OTLP. */
const OTLP = '/v1/traces';
const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

const refusal = (description: string): Response => ({ description, content: { [PROBLEM_TYPE]: { schema: PROBLEM } } });

/**
 * Adds what all routes share to an OpenAPI document. Problems are `application/problem+json`. Any route may answer 401 or 403 (not allowed), 429 (too many
 * requests), and 400, 413 or 415 (a body that is not JSON, too large or of another type). Declarations of a route take precedence.
 */
export function describeRefusals(document: OpenAPIObject): OpenAPIObject {
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = methods[method];
      if (operation !== undefined) describe(path, operation);
    }
  }
  return document;
}

function describe(path: string, operation: Operation): void {
  const responses = operation.responses as Record<string, Response>;
  for (const { content } of Object.values(responses)) {
    const json = content?.['application/json'];
    if (content === undefined || JSON.stringify(json?.schema) !== JSON.stringify(PROBLEM)) continue;
    delete content['application/json'];
    content[PROBLEM_TYPE] = { schema: PROBLEM };
  }
  responses['421'] ??= refusal(
    'The host that the request names is not this server: a web page may try to reach this machine by DNS rebinding.',
  );
  if (OPEN.has(path)) return;
  const otlp = path === OTLP;
  const add = (status: string, description: string) => {
    responses[status] ??= otlp ? { description } : refusal(description);
  };
  add('401', 'No API key or bearer token, or one that is not known.');
  add('403', 'The key or token lacks the scope.');
  if (operation.requestBody !== undefined) {
    add('400', 'The body cannot be read, or a member is wrong.');
    add('413', 'The body is too large.');
    add('415', 'The route does not accept the type or the encoding of the body.');
  }
  // An id with control characters is refused, too.
  const isAddressed = (operation.parameters ?? []).some((parameter) => 'in' in parameter && ['query', 'path'].includes(parameter.in));
  if (isAddressed) add('400', 'A parameter is unknown or wrong; `errors` names each.');
  if (!UNCOUNTED.has(path)) add('429', 'Too many requests in a minute (`server.rate_limit`); try again after `Retry-After` seconds.');
  add(
    'default',
    'Any other failure: the server lacks something that it needs (503; try again after `Retry-After` seconds), or has a defect (500).',
  );
}
