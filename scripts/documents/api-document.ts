// docs/api.md, from the API's description.
import { STATUS_CODES } from 'node:http';

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly deprecated?: boolean;
}
interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema: Schema;
}
type Content = Readonly<Record<string, { readonly schema?: Schema }>>;
interface Operation {
  readonly summary?: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly description?: string; readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
}
interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** The type of a value that may have any; as the type of a whole body it says nothing. */
const ANY = 'any';

const SECTIONS: Readonly<Record<string, string>> = {
  rules: 'Rules',
  violations: 'Violations',
  compliance: 'Compliance',
  spans: 'Spans',
  operation: 'Operation',
};
/** Answers with the same meaning nearly everywhere: the document describes them once, and repeats only those with another meaning. */
const COMMON = ['401', '403', '413', '415', '421', '429', 'default'];

/** The reference of the REST API in Markdown. @param text docs/openapi.json */
export function apiDocument(text: string): string {
  const { paths, components } = JSON.parse(text) as OpenApi;
  const all = Object.entries(paths)
    .sort(([a], [b]) => compare(a, b))
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ title: `${method.toUpperCase()} ${path}`, operation })),
    );
  const common = new Map(
    COMMON.map((status) => {
      const descriptions = all.map(({ operation }) => operation.responses[status]?.description ?? '').filter((one) => one !== '');
      const [most] = [...Map.groupBy(descriptions, (one) => one).values()].sort((a, b) => b.length - a.length);
      return [status, most?.[0] ?? ''];
    }),
  );
  const commonRows = [...common].map(([status, what]) => `| ${status === 'default' ? 'others' : status} | ${cell(what)} |`);
  const sections = Object.entries(SECTIONS).map(([tag, title]) => {
    const operations = all.filter(({ operation }) => operation.tags.includes(tag));
    return [`## ${title}`, ...operations.map((one) => operationText(one.title, one.operation, common))].join('\n\n');
  });
  const lost = all.filter(({ operation }) => !operation.tags.some((tag) => tag in SECTIONS)).map(({ title }) => title);
  if (lost.length > 0) throw new Error(`no section has ${lost.join(', ')}`);
  const types = Object.entries(components.schemas)
    .sort(([a], [b]) => compare(a, b))
    .map(([name, schema]) => typeText(name, schema));
  return `${[
    '# API reference',
    'Generated from [openapi.json](openapi.json), which a running server answers at `/openapi.json`; `/docs` has the same as Swagger UI. [Words](words.md) explains the terms, [protection](operations/protection.md) keys and scopes, [connect](connect.md) how spans are sent.',
    'Answers of errors are problem details (RFC 9457) with a `code`: [errors](errors.md) explains each. Below, these answers are listed only where they mean something else:',
    ['| status | what it means |', '|---|---|', ...commonRows].join('\n'),
    ...sections,
    '## Types',
    'A name with `?` may be absent.',
    ...types,
  ].join('\n\n')}\n`;
}

function operationText(
  title: string,
  { summary, description, parameters = [], requestBody, responses }: Operation,
  common: ReadonlyMap<string, string>,
): string {
  const parts = [`### \`${title}\``, sentence(summary), ...(description ? [description] : [])];
  if (parameters.length > 0) {
    const rows = parameters.map(
      ({ name, in: place, required, description: what, schema }) =>
        `| \`${name}\`${required ? '' : '?'} | ${place} | ${typeOf(schema)} | ${cell([what, limitsOf(schema)].filter(Boolean).join(' '))} |`,
    );
    parts.push(['| parameter | in | type | |', '|---|---|---|---|', ...rows].join('\n'));
  }
  if (requestBody !== undefined)
    parts.push(`Body: ${contentOf(requestBody.content)}.${requestBody.description ? ` ${requestBody.description}` : ''}`);
  const answers = Object.entries(responses).filter(([status, answer]) => common.get(status) !== answer.description);
  const rows = answers.map(([status, { description: what, content }]) => {
    const body = content === undefined || 'application/problem+json' in content ? '' : contentOf(content);
    return `| ${status} | ${body} | ${cell(what || STATUS_CODES[status])} |`;
  });
  parts.push(['| answer | body | |', '|---|---|---|', ...rows].join('\n'));
  return parts.join('\n\n');
}

function typeText(name: string, schema: Schema): string {
  const parts = [`### ${name}`, ...(schema.description ? [schema.description] : [])];
  if (schema.properties === undefined) return [...parts, `${typeOf(schema)}.`].join('\n\n');
  const rows = Object.entries(schema.properties).map(
    ([property, of]) =>
      `| \`${property}\`${schema.required?.includes(property) ? '' : '?'} | ${typeOf(of)} | ${cell([of.description, limitsOf(of)].filter(Boolean).join(' '))} |`,
  );
  return [...parts, ['| member | type | |', '|---|---|---|', ...rows].join('\n')].join('\n\n');
}

/** A type in a cell of a table, with links to the types that it names. */
function typeOf(schema: Schema): string {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1);
    return `[${name}](#${name.toLowerCase()})`;
  }
  const several = schema.anyOf ?? schema.oneOf;
  if (several !== undefined) return several.map(typeOf).join(' or ');
  if (schema.allOf !== undefined) return schema.allOf.map(typeOf).join(' and ');
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (schema.type === 'array') return `list of ${typeOf(schema.items ?? {})}`;
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? [ANY]);
  return types.map((type) => (schema.format === undefined ? type : `${type} (${schema.format})`)).join(' or ');
}

function limitsOf(schema: Schema): string {
  const { default: value, minimum, maximum, minLength, maxLength, minItems, maxItems, deprecated } = schema;
  const between = (from: number | undefined, to: number | undefined, of = ''): string[] => {
    if (from !== undefined && to !== undefined) return [`${from} to ${to}${of}`];
    return from === undefined ? (to === undefined ? [] : [`at most ${to}${of}`]) : [`at least ${from}${of}`];
  };
  const range = [
    ...between(minimum, maximum),
    ...(minLength === 1 && maxLength === undefined ? ['not empty'] : between(minLength, maxLength, ' characters')),
    ...between(minItems, maxItems, ' items'),
  ];
  const said = value === undefined ? [] : [`default \`${JSON.stringify(value)}\``];
  const parts = [...range, ...said, ...(deprecated ? ['deprecated'] : [])].join(', ');
  return parts === '' ? '' : `${parts.charAt(0).toUpperCase()}${parts.slice(1)}.`;
}

function contentOf(content: Content): string {
  const kinds = Object.entries(content).map(([kind, { schema }]) => {
    const type = schema === undefined || schema.format === 'binary' || typeOf(schema) === ANY ? '' : typeOf(schema);
    return kind === 'application/json' && type !== '' ? type : [`\`${kind}\``, type].filter(Boolean).join(': ');
  });
  return kinds.join(', ');
}

const sentence = (text = ''): string => (/[.!?]$/.test(text) ? text : `${text}.`);
const cell = (text = ''): string => text.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' ');
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
