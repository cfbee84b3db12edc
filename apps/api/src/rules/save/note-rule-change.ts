import type { FastifyRequest } from 'fastify';
import { noteChange } from '#platform';
import type { StoredRule } from '#store';

/** Of test cases the names: their traces are long, and the history has them. */
const noted = ({ tests, ...rule }: StoredRule) => ({ ...rule, ...(tests === undefined ? {} : { tests: tests.map(({ name }) => name) }) });

/** Notes for the audit log what became of a rule; nothing when it is the version that it was. */
export function noteRuleChange(request: FastifyRequest, before: StoredRule | undefined, after: StoredRule | undefined): void {
  const subject = after?.id ?? before?.id;
  if (subject === undefined || before?.version === after?.version) return;
  const event = before === undefined ? 'rule.created' : after === undefined ? 'rule.deleted' : 'rule.updated';
  noteChange(request, {
    event,
    subject,
    ...(before === undefined ? {} : { before: noted(before) }),
    ...(after === undefined ? {} : { after: noted(after) }),
  });
}
