import { applyDecorators } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ApiHeader, ApiResponse } from '#openapi';
import { callerOf } from '#platform';
import { ProblemView } from '../../problem.dto.js';
import type { SaveQuery } from '../rule-query.js';
import { noteRuleChange } from './note-rule-change.js';
import { preconditions } from './preconditions.js';
import type { Change } from './save-rule.js';

/** Describes a route whose answer has an ETag. */
export const Cached = () =>
  applyDecorators(
    ApiHeader({ name: 'If-None-Match', required: false, description: 'ETags of earlier answers.', example: '"3"' }),
    ApiHeader({ name: 'If-Match', required: false, description: 'ETags; the answer must have one of them.', example: '"3"' }),
    ApiResponse({ status: 412, type: ProblemView, description: 'The answer has none of the ETags in `If-Match`.' }),
    ApiResponse({ status: 304, description: 'The answer is the one of an ETag in `If-None-Match`.' }),
  );

/** Describes a route that changes a rule conditionally. */
export const Conditional = () =>
  applyDecorators(
    ApiHeader({
      name: 'If-Match',
      required: false,
      description: 'ETags; the rule must have one of them. `*`: it must exist.',
      example: '"3"',
    }),
    ApiHeader({
      name: 'If-None-Match',
      required: false,
      description: 'ETags; the rule must have none of them. `*`: it must not exist.',
    }),
    ApiResponse({ status: 412, type: ProblemView, description: '`If-Match` or `If-None-Match` does not allow the ETag of the rule.' }),
  );

const LIST_ETAG = '(W/)?"[A-Za-z0-9_-]*"';
const LIST_ETAGS = { type: 'string', pattern: `^(\\*|${LIST_ETAG}( *, *${LIST_ETAG})*)$`, example: '"Vt9gXM1lC4lQbn8d"' };

/** Describes the import, which changes all rules conditionally. */
export const ConditionalImport = () =>
  applyDecorators(
    ApiHeader({
      name: 'If-Match',
      required: false,
      schema: LIST_ETAGS,
      description: 'ETags of `GET /v1/rules` without a filter; the rules must have one of them. `*`: there must be a rule.',
    }),
    ApiHeader({
      name: 'If-None-Match',
      required: false,
      schema: LIST_ETAGS,
      description: 'Likewise; the rules must have none of them. `*`: there must be no rule.',
    }),
    ApiResponse({ status: 412, type: ProblemView, description: '`If-Match` or `If-None-Match` does not allow the ETag of the rules.' }),
  );

/** The author and the conditions of a save, including passing test cases. Throws BT_API_IF_MATCH_INVALID. */
export const saveOf = (request: FastifyRequest, { run_tests = false }: SaveQuery): Change => ({
  ...changeOf(request),
  runsTests: run_tests,
});

/** The author and the conditions of a change. Throws BT_API_IF_MATCH_INVALID. */
export function changeOf(request: FastifyRequest): Change {
  return { ...changerOf(request), preconditions: preconditions(request.headers) };
}

/** The author of an unconditional change. */
export function changerOf(request: FastifyRequest): Omit<Change, 'preconditions'> {
  return { by: callerOf(request), changed: (before, after) => noteRuleChange(request, before, after) };
}
