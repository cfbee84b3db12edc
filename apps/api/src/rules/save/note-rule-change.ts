import type { FastifyRequest } from 'fastify';
import { noteChange } from '#platform';
import type { StoredRule } from '#store';

/** Only the names of test cases: their traces are long, and the history has them. */
const noted = ({ tests, ...rule }: StoredRule) => ({ ...rule, ...(tests === undefined ? {} : { tests: tests.map(({ name }) => name) }) });

/** Notes the change of a rule for the audit log; nothing if the version is the same. */
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
