import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '#platform';
import type { StoredRule } from '#store';
import { type RuleView, ruleView } from '../rule.dto.js';
import { etagList } from './etag-list.js';

/**
 * The ETag of a rule: its version and, if the answer has more (errors of its evaluation, warnings), a hash of that. Answers with one ETag are equal; a change
 * is based on the version alone.
 */
export function etagOf({ version, status, warnings = [], health }: Pick<RuleView, 'version' | 'status' | 'warnings' | 'health'>): string {
  const isPlain = status === undefined && warnings.length === 0 && health === undefined;
  return isPlain ? `"${version}"` : `"${version}-${hash({ status, warnings, health })}"`;
}

/** The ETag of an answer without a version. */
export function contentEtag(answer: unknown): string {
  return `"${hash(answer)}"`;
}

/** The ETag of all rules, as in an unfiltered `GET /v1/rules`. */
export function rulesEtag(rules: readonly StoredRule[]): string {
  return contentEtag({ rules: rules.map(ruleView), total: rules.length });
}

/**
 * The answer with its ETag, or 304 if the client has it (`If-None-Match`). Throws BT_HTTP_PRECONDITION_FAILED (412) when `If-Match` names another (RFC 9110,
 * 13.1.1): clients send it with a request for further pages.
 */
export function unlessKnown<T>(answer: T, etag: string, request: FastifyRequest, reply: FastifyReply): T | undefined {
  reply.header('etag', etag).header('cache-control', 'no-cache');
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = request.headers;
  if (ifMatch !== undefined && !isNamed(etag, ifMatch)) {
    throw new Problem('BT_HTTP_PRECONDITION_FAILED', `the answer has the ETag ${etag}, and If-Match is ${ifMatch.slice(0, 100)}`);
  }
  if (ifNoneMatch === undefined || !isNamed(etag, ifNoneMatch)) return answer;
  reply.status(304);
  return undefined;
}

/** Weak comparison (RFC 9110, 13.1.2), also for `If-Match`, because compressing proxies make ETags weak. */
function isNamed(etag: string, header: string): boolean {
  return header.trim() === '*' || etagList(header).some((one) => one.replace(/^W\//, '') === etag);
}

function hash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 16);
}
