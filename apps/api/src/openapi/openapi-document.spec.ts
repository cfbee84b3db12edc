import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { ApiUnderTest } from '../testing/api-under-test.js';

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, { readonly type?: unknown; readonly properties?: Readonly<Record<string, unknown>> }>>;
  };
}

interface Operation {
  readonly requestBody?: { readonly content?: Readonly<Record<string, unknown>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>;
}

/** The members that a body takes. */
const onlyKnown = (body: object, properties: object): object =>
  Object.fromEntries(Object.entries(body).filter(([member]) => Object.hasOwn(properties, member)));

describe('the documentation of the API', () => {
  let api: ApiUnderTest;
  beforeAll(async () => {
    api = await ApiUnderTest.start();
  });
  afterAll(() => api.close());

  it('is a valid OpenAPI 3.1 document', async () => {
    const { body } = await api.ask<Document>('GET', '/openapi.json');
    expect(body.openapi).toMatch(/^3\.1\./);
    const { valid, errors } = await new Validator().validate(structuredClone(body) as unknown as Record<string, unknown>);
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
  });

  it('names each operation once', async () => {
    const { paths } = (await api.ask<Document>('GET', '/openapi.json')).body;
    const names = Object.values(paths).flatMap((methods) =>
      Object.values(methods).map((operation) => (operation as { readonly operationId: string }).operationId),
    );
    expect(names).toContain('rulesList');
    expect(new Set(names).size).toBe(names.length);
  });

  it('describes an enumeration itself, not the first member that has it', async () => {
    const { schemas } = (await api.ask<Document>('GET', '/openapi.json')).body.components;
    const described = (schema: unknown): string | undefined => (schema as { readonly description?: string }).description;
    const { mode, on_error: onError } = schemas['RuleView']?.properties ?? {};
    expect(described(schemas['RuleMode'])).toBe(described(mode));
    expect(described(schemas['OnError'])).toBe(described(onError));
  });

  it('describes every route', async () => {
    const { paths } = (await api.ask<Document>('GET', '/openapi.json')).body;
    const routes = Object.entries(paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`));
    expect(routes).toEqual(
      expect.arrayContaining([
        'get /v1/rules',
        'post /v1/rules',
        'put /v1/rules/{id}',
        'patch /v1/rules/{id}',
        'delete /v1/rules/{id}',
        'post /v1/rules/test',
        'post /v1/rules/validate',
        'get /v1/violations',
        'get /v1/violations/{id}',
        'post /v1/violations/{id}/verify',
        'get /v1/violations/{id}/explanation',
        'get /v1/violations/{id}/trace',
        'get /v1/traces/{id}',
        'get /health',
        'get /ready',
        'get /metrics',
      ]),
    );
  });

  it('describes the refusals of each route as problems', async () => {
    const { paths } = (await api.ask<Document>('GET', '/openapi.json')).body;
    for (const [path, methods] of Object.entries(paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        const { responses, requestBody } = operation as Operation;
        const route = `${method} ${path}`;
        for (const [status, { content = {} }] of Object.entries(responses)) {
          const isProblem = JSON.stringify(content).includes('ProblemView');
          expect([route, status, isProblem ? Object.keys(content) : []]).toEqual([
            route,
            status,
            isProblem ? ['application/problem+json'] : [],
          ]);
        }
        if (path === '/health' || path === '/ready') continue;
        const wanted = ['401', '403', 'default', ...(requestBody === undefined ? [] : ['400', '413', '415'])];
        expect([route, wanted.filter((status) => !(status in responses))]).toEqual([route, []]);
      }
    }
  });

  it.each([
    'text/plain',
    'text/json',
    'application/xml',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/octet-stream',
    'application/jsonp',
    'json',
    '',
  ])('lists only routes with JSON bodies that accept nothing else: %s', async (type) => {
    const { paths } = (await api.ask<Document>('GET', '/openapi.json')).body;
    const taking = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, operation]) =>
        'application/json' in ((operation as Operation).requestBody?.content ?? {}) ? [`${method.toUpperCase()} ${path}`] : [],
      ),
    );
    expect(taking).toEqual(
      expect.arrayContaining(['POST /v1/rules/test', 'POST /v1/rules/validate', 'POST /v1/rules', 'PUT /v1/rules/{id}']),
    );
    const body = JSON.stringify({ name: 'a', severity: 'LOW', expression: 'span.is_root', rules: [], span: { name: 'a' } });
    const answers = await Promise.all(
      taking.map(async (route) => {
        const [method, path] = route.split(' ') as [string, string];
        const { status, body: problem } = await api.ask(method, path.replaceAll(/\{\w+\}/g, 'a'), body, { 'content-type': type });
        return [route, status, problem['code']];
      }),
    );
    expect(answers).toEqual(taking.map((route) => [route, 415, 'BT_HTTP_UNSUPPORTED_MEDIA_TYPE']));
  });

  it('allows null for no member of a body that is refused with null', async () => {
    const { components } = (await api.ask<Document>('GET', '/openapi.json')).body;
    await api.ask('PUT', '/v1/rules/a', { name: 'a', expression: 'span.is_root' });
    const bodies = {
      RuleBody: ['PUT', '/v1/rules/b', { name: 'b', expression: 'span.is_root' }],
      RulePatch: ['PATCH', '/v1/rules/a', { enabled: true }],
      ImportBody: ['POST', '/v1/rules/import', { rules: [], dry_run: true }],
      PreviewBody: ['POST', '/v1/rules/preview', { expression: 'span.is_root' }],
      MuteBody: ['POST', '/v1/mutes', { rule_id: 'a' }],
    } as const;
    const tried: string[] = [];
    const refused: unknown[] = [];
    for (const [name, [method, path, body]] of Object.entries(bodies)) {
      for (const [member, schema] of Object.entries(components.schemas[name]?.properties ?? {})) {
        if (!/"null"|,null\]/.test(JSON.stringify(schema)) || member in body) continue;
        tried.push(`${name}.${member}`);
        const answer = await api.ask<{ readonly id?: string }>(method, path, { ...body, [member]: null });
        if (answer.status >= 400) refused.push([name, member, answer.body]);
        if (answer.status === 202) await api.ask('DELETE', `/v1/previews/${answer.body.id}`);
      }
    }
    expect(refused).toEqual([]);
    expect(tried).toEqual(expect.arrayContaining(['RulePatch.severity', 'ImportBody.mode', 'PreviewBody.from', 'MuteBody.until']));
    expect(tried).not.toContain('RulePatch.expression');
  });

  it('has no list of objects that accepts a list as an item, which would be ignored', async () => {
    const { paths, components } = (await api.ask<Document>('GET', '/openapi.json')).body;
    await api.ask('PUT', '/v1/rules/a', { name: 'a', expression: 'span.is_root' });
    const body = { name: 'a', expression: 'span.is_root', rules: [], tests: [] };
    const tried: string[] = [];
    const answers: unknown[] = [];
    for (const [path, methods] of Object.entries(paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        const { schema } = ((operation as Operation).requestBody?.content?.['application/json'] ?? {}) as { schema?: { $ref?: string } };
        const { properties = {} } = components.schemas[schema?.$ref?.split('/').at(-1) ?? ''] ?? {};
        for (const [member, { items }] of Object.entries(properties as Readonly<Record<string, { items?: { $ref?: string } }>>)) {
          if (items?.$ref === undefined || /"string"/.test(JSON.stringify(components.schemas[items.$ref.split('/').at(-1)!]?.type)))
            continue;
          const sent = { ...(method === 'patch' ? {} : onlyKnown(body, properties)), [member]: [[]] };
          const answer = await api.ask(method.toUpperCase(), path.replaceAll(/\{\w+\}/g, 'a'), sent);
          tried.push(`${method} ${path} ${member}`);
          answers.push([answer.status, answer.body['code']]);
        }
      }
    }
    expect(tried).toEqual(
      expect.arrayContaining([
        'post /v1/rules controls',
        'patch /v1/rules/{id} tests',
        'post /v1/rules/import rules',
        'post /v1/rules/test-cases tests',
      ]),
    );
    expect(answers).toEqual(tried.map(() => [400, 'BT_HTTP_INVALID']));
  });

  it('is shown by Swagger UI', async () => {
    const answer = await fetch(`${api.url}/docs`);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('swagger-ui');
  });

  it('serves exactly the files that its page links to', async () => {
    const page = await (await fetch(`${api.url}/docs`)).text();
    for (const [, link] of page.matchAll(/(?:href|src)="([^"]+)"/g)) expect((await fetch(`${api.url}/${link}`)).status).toBe(200);
    expect((await fetch(`${api.url}/docs/package.json`)).status).toBe(404);
    expect((await fetch(`${api.url}/docs/`)).url).toBe(`${api.url}/docs`);
  });
});
