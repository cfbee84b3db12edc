import { Injectable } from '@nestjs/common';
import { suggest } from '../configuration/suggest.js';
import { Problem } from '../problem-details/problem.js';

/** The path of OTLP over HTTP, which senders with a wrong path usually mean. */
const OTLP_PATH = '/v1/traces';

interface KnownPath {
  readonly template: string;
  readonly pattern: RegExp;
  readonly methods: Set<string>;
}

/** The paths of an application, to distinguish an unknown path from a wrong method. */
@Injectable()
export class KnownPaths {
  private readonly paths = new Map<string, KnownPath>();

  /** @param template the path of a route, like `/v1/rules/:id` or `/docs/*` */
  add(template: string, methods: readonly string[]): void {
    const entry = this.paths.get(template) ?? { template, pattern: patternOf(template), methods: new Set() };
    for (const method of methods) entry.methods.add(method);
    this.paths.set(template, entry);
  }

  has(template: string): boolean {
    return this.paths.has(template);
  }

  /** Why no route matches: 405 with `Allow` if the path has other methods, else 404, with a similar path. */
  problemOf(method: string, path: string): Problem {
    // A literal route like /v1/rules/test takes precedence over a parameter.
    const exact = this.paths.get(path);
    const matching = exact === undefined ? [...this.paths.values()].filter(({ pattern }) => pattern.test(path)) : [exact];
    const methods = matching.flatMap(({ methods }) => [...methods]);
    if (methods.length > 0 && !methods.includes(method)) {
      const allow = [...new Set(methods)].sort().join(', ');
      const detail = `${path} takes ${allow}, not ${method}${method === 'POST' ? this.hint(path) : ''}`;
      return new Problem('BT_HTTP_METHOD_NOT_ALLOWED', detail, { headers: { allow } });
    }
    return new Problem('BT_HTTP_NOT_FOUND', `there is nothing at ${path}${this.hint(path)}`);
  }

  private hint(path: string): string {
    const plain = [...this.paths.keys()].filter((template) => !/[:*]/.test(template) && template !== '/');
    const lower = path.toLowerCase();
    const meant = plain.find((template) => lower.endsWith(template)) ?? suggest(lower, plain);
    if (meant !== undefined && meant !== path) return `; do you mean ${meant}?`;
    return this.has(OTLP_PATH) ? `; OTLP traces go to ${OTLP_PATH}` : '';
  }
}

function patternOf(template: string): RegExp {
  const source = template
    .split('/')
    .map((part) => (part === '*' ? '.*' : part.startsWith(':') ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))
    .join('/');
  return new RegExp(`^${source === '/' ? '' : source}/?$`);
}
