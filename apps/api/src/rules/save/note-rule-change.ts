import type { FastifyRequest } from 'fastify';
import { noteChange } from '#platform';
import type { StoredRule } from '#store';

/** Notes for the audit log what became of a rule; nothing when it is the version that it was. */
export function noteRuleChange(request: FastifyRequest, before: StoredRule | undefined, after: StoredRule | undefined): void {
  const subject = after?.id ?? before?.id;
  if (subject === undefined || before?.version === after?.version) return;
  const event = before === undefined ? 'rule.created' : after === undefined ? 'rule.deleted' : 'rule.updated';
  noteChange(request, { event, subject, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) });
}
