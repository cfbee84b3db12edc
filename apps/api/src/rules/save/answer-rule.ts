import type { FastifyReply } from 'fastify';
import type { StoredRule } from '#store';
import type { ExpressionChecker } from '../../expressions/expression-checker.js';
import type { RuleAnnouncer } from '../publish/rule-announcer.js';
import { type RuleView, ruleView } from '../rule.dto.js';
import { etagOf } from './etag.js';
import type { SavedRule } from './save-rule.js';

/** `published` or `pending`: whether the change is in force for spans that are sent after the answer. */
const PUBLICATION_HEADER = 'betrace-rule-publication';

/** Answers about single rules, and sees that a change is in force before it is answered. */
export class AnswerRule {
  constructor(
    private readonly ruleAnnouncer: RuleAnnouncer,
    private readonly checkExpression: ExpressionChecker,
  ) {}

  /** A rule with what the checker says of it. */
  async view(rule: StoredRule): Promise<RuleView> {
    return { ...ruleView(rule), warnings: await this.checkExpression.warningsOf(rule.expression) };
  }

  /** After a rule was saved. */
  async saved({ rule, created }: SavedRule, reply: FastifyReply): Promise<RuleView> {
    await this.announce(reply);
    const view = await this.view(rule);
    reply.status(created ? 201 : 200).header('etag', etagOf(view));
    if (created) reply.header('location', `/v1/rules/${encodeURIComponent(rule.id)}`);
    return view;
  }

  /** After any change of rules. */
  async announce(reply: FastifyReply): Promise<void> {
    reply.header(PUBLICATION_HEADER, await this.ruleAnnouncer.announce());
  }
}
