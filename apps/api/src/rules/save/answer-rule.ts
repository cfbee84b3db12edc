import type { FastifyReply } from 'fastify';
import type { StoredRule } from '#store';
import type { ExpressionChecker } from '../../expressions/expression-checker.js';
import type { RuleAnnouncer } from '../publish/rule-announcer.js';
import { type RuleView, ruleView } from '../rule.dto.js';
import { etagOf } from './etag.js';
import type { SavedRule } from './save-rule.js';

/** `published` or `pending`: whether the change is in force for spans sent after the answer. */
const PUBLICATION_HEADER = 'betrace-rule-publication';

/** Answers requests about single rules; a change is announced before its answer. */
export class AnswerRule {
  constructor(
    private readonly ruleAnnouncer: RuleAnnouncer,
    private readonly checkExpression: ExpressionChecker,
  ) {}

  /** A rule with the checker's warnings. */
  async view(rule: StoredRule): Promise<RuleView> {
    return { ...ruleView(rule), warnings: await this.checkExpression.warningsOf(rule.expression) };
  }

  /** Answers a request that saved a rule. */
  async saved({ rule, created }: SavedRule, reply: FastifyReply): Promise<RuleView> {
    await this.announce(reply);
    const view = await this.view(rule);
    reply.status(created ? 201 : 200).header('etag', etagOf(view));
    if (created) reply.header('location', `/v1/rules/${encodeURIComponent(rule.id)}`);
    return view;
  }

  /** Announces a change of rules. */
  async announce(reply: FastifyReply): Promise<void> {
    reply.header(PUBLICATION_HEADER, await this.ruleAnnouncer.announce());
  }
}
