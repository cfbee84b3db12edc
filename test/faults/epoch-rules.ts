import type { EvaluationOptions } from '#dsl';
import type { RuleDefinition } from '#records';
import { UncompiledRules as RightRules } from '../../libs/engine/src/rules/epoch-rules.js';
import { isOn } from './switches.js';

/** Judges by the opposite of each rule. */
export class UncompiledRules extends RightRules {
  constructor(epoch: number, definitions: readonly RuleDefinition[], options?: EvaluationOptions) {
    const opposite = (rule: RuleDefinition): RuleDefinition => ({ ...rule, expression: `not (${rule.expression})` });
    super(epoch, isOn('wrong-verdict') ? definitions.map(opposite) : definitions, options);
  }
}
