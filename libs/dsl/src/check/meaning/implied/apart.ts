import type { BinaryNode, LogicalNode, Resolved, TracePair, TraceQuantifier } from '../../../tree/resolved.js';
import { firstPart } from '../../../tree/walk.js';
import { NIL } from '../../../values/types.js';
import { fieldValues } from '../../../vocabulary/vocabulary.js';
import { mayExcludeAlone } from './constraints.js';
import { flatOperands } from './flat-operands.js';
import { MIRRORED } from './ordered-as-count.js';
import { comparesReadings } from './plain-comparison.js';
import { mayBeWrittenAlike } from './written-alike.js';

/** A condition, and its result. */
export interface ConditionResult {
  readonly node: Resolved;
  readonly outcome: boolean;
}

/** Whether the operands concern different values, apart from guards. Nearly all chains do; each operand can then be checked alone. False if unsure. */
export function areApart(operands: readonly Resolved[], outcome: boolean): boolean {
  if (operands.length > MAX_OPERANDS) return false;
  const topics = new Topics(true);
  for (const operand of operands) if (!topics.add(operand, outcome)) return false;
  return true;
}

/** Whether no condition's constraints (constraints.ts) exclude another's. False if unsure. */
export function agreeForSure(outcomes: readonly ConditionResult[]): boolean {
  if (outcomes.length > MAX_OPERANDS) return false;
  const topics = new Topics(false);
  return outcomes.every(({ node, outcome }) => topics.add(node, outcome));
}

/** Comparing pairs takes quadratic time; this limit keeps the whole linear. */
const MAX_OPERANDS = 20;

/** A constraint on a value: it exists; it is a text, or is not; it is otherwise neither nil nor false; anything else. */
type Manner = 'is there' | 'is' | 'is not' | 'is something' | 'other';

interface Topic {
  readonly isOfTwo: boolean;
  /** Equal for values of one name; other values may share it. */
  readonly label: string;
  readonly manner: Manner;
  /** The text that it equals, or does not. */
  readonly text: string | undefined;
}

/** A quantifier: some spans match (1), none does (-1), or a number of them (0). */
interface Question {
  readonly condition: Resolved;
  readonly sign: 1 | -1 | 0;
}

/** The subjects of conditions, compared without building texts. A method returns false if a condition may concern one that was added before. */
class Topics {
  private readonly topics: Topic[] = [];
  private readonly questions: Question[] = [];
  private saysRoot = false;
  private saysParent = false;
  private asksTrace = false;
  private countsSpans = false;

  /** @param isStrict also reject two agreeing conditions on one value, because one may imply the other */
  constructor(private readonly isStrict: boolean) {}

  add(node: Resolved, outcome: boolean): boolean {
    switch (node.type) {
      case 'unary':
        return node.operator === 'not' ? this.add(node.operand, !outcome) : this.truth(node, outcome);
      case 'binary':
        return this.comparison(node, outcome);
      case 'string-test':
        if (node.pattern.type !== 'literal') return this.truth(node, outcome);
        return this.addTopic(labelOf(node.subject), 'is something');
      case 'has-attribute':
        return this.addTopic(node.key, outcome ? 'is there' : 'other');
      case 'span':
        if (node.span.type === 'parent') return !outcome || this.hasParent();
        return this.truth(node, outcome);
      case 'logical':
        return this.chain(node, outcome);
      case 'trace-quantifier':
        return this.quantifier(node, outcome ? 1 : -1);
      case 'trace-pair':
        return this.pair(node, outcome ? 1 : -1);
      case 'literal':
        return false;
      case 'field':
        if (node.field === 'is_root') return this.rootness(outcome);
        return this.truth(node, outcome);
      default:
        return this.truth(node, outcome);
    }
  }

  private comparison(node: BinaryNode, outcome: boolean): boolean {
    const { left, right, operator } = node;
    if (right.type !== 'literal' && left.type !== 'literal') return this.twoValues(node, outcome);
    const isMirrored = right.type !== 'literal';
    const subject = isMirrored ? right : left;
    const literal = isMirrored ? left : right;
    // Script variables: two of them may be one.
    if (subject.type === 'literal' || literal.type !== 'literal' || (literal.value === undefined && literal.types !== NIL)) return false;
    // A condition that no value satisfies contradicts every other one.
    if (subject.type !== 'field' && subject.type !== 'attribute' && mayExcludeAlone(node)) return false;
    if (subject.type === 'trace-quantifier') return this.quantifier(subject, 0);
    const { value } = literal;
    if (typeof value === 'string' && (operator === '==' || operator === '~=') && !hasWords(subject)) {
      if (!this.addTopic(labelOf(subject), (operator === '==') === outcome ? 'is' : 'is not', value)) return false;
    } else if (!this.addTopic(labelOf(subject), value === undefined || value === false ? 'other' : 'is something')) return false;
    switch (subject.type) {
      case 'field':
        if (subject.field === 'is_root') return false;
        if (subject.field === 'parent_id' && value === '' && (operator === '==' || operator === '~='))
          return this.rootness((operator === '==') === outcome);
        return subject.span.type !== 'parent' || this.hasParent();
      case 'attribute':
      case 'resource-attribute':
        return subject.span.type !== 'parent' || this.hasParent();
      case 'trace-aggregate':
        return this.asks();
      case 'trace-field':
        return this.counts();
      case 'unary':
        return subject.operand.type !== 'trace-services' || this.asks();
      case 'binary':
        // Unknown if the compared value is itself a comparison.
        return MIRRORED[subject.operator] === undefined;
      case 'logical':
      case 'library-call':
      case 'index':
      case 'span':
      case 'trace-depth':
        return true;
      default:
        return false;
    }
  }

  private twoValues(node: BinaryNode, outcome: boolean): boolean {
    if (!comparesReadings(node)) return this.truth(node, outcome);
    const [a, b] = [labelOf(node.left), labelOf(node.right)];
    // Independent of the order of the sides.
    if (!this.addTopic(a <= b ? a : b, 'other', undefined, true)) return false;
    return node.operator === '==' || node.operator === '~=' || this.truth(node, outcome);
  }

  private chain(node: LogicalNode, outcome: boolean): boolean {
    // `not (a or b)`: both are false; `a and b`: both are true.
    if ((node.operator === 'and') === outcome)
      return flatOperands(node).every((part) => part.type === 'logical' || this.add(part, outcome));
    if (!outcome) return true;
    // `x == "a" or x == "b"`: all operands concern one value, else nothing is known.
    let first: Resolved = node;
    while (first.type === 'logical' && first.operator === 'or') first = first.left;
    return first.type !== 'binary' || first.operator !== '==' || this.add(first, outcome);
  }

  private quantifier({ condition, over }: TraceQuantifier, sign: Question['sign']): boolean {
    if (over === undefined ? !this.asks() : over.axis === 'ancestors' && !this.hasParent()) return false;
    return this.ask(condition, sign);
  }

  private pair({ first, second }: TracePair, sign: Question['sign']): boolean {
    return this.asks() && this.ask(first, sign) && this.ask(second, sign);
  }

  private ask(condition: Resolved, sign: Question['sign']): boolean {
    for (const other of this.questions) {
      const isOpposite = sign === 0 || other.sign === 0 || sign !== other.sign;
      if (isOpposite && (mayBePart(condition, other.condition) || mayBePart(other.condition, condition))) return false;
    }
    this.questions.push({ condition, sign });
    return true;
  }

  /** A condition that only constrains its own truth. */
  private truth(node: Resolved, outcome: boolean): boolean {
    return this.addTopic(labelOf(node), outcome ? 'is there' : 'other');
  }

  private addTopic(label: string, manner: Manner, text?: string, isOfTwo = false): boolean {
    const topic: Topic = { isOfTwo, label, manner, text };
    for (const other of this.topics) {
      if (other.label === label && other.isOfTwo === isOfTwo && !this.agree(topic, other) && !this.agree(other, topic)) return false;
    }
    this.topics.push(topic);
    return true;
  }

  /** Guards agree with each other and with any existing value; "is not this text" agrees with "is not" another. */
  private agree(a: Topic, b: Topic): boolean {
    if (a.manner === 'is there') return b.manner !== 'other';
    return !this.isStrict && a.manner === 'is not' && (b.manner === 'is not' || (b.manner === 'is' && a.text !== b.text));
  }

  private rootness(isRoot: boolean): boolean {
    if (!isRoot) return this.hasParent();
    this.saysRoot = true;
    return !this.saysParent;
  }

  private hasParent(): boolean {
    this.saysParent = true;
    return !this.saysRoot;
  }

  /** Spans of the trace must exist, which sets a minimum for their count. */
  private asks(): boolean {
    this.asksTrace = true;
    return !this.countsSpans;
  }

  private counts(): boolean {
    this.countsSpans = true;
    return !this.asksTrace;
  }
}

/** If a field has few values, conditions may exclude all of them. */
function hasWords(node: Resolved): boolean {
  return node.type === 'field' && fieldValues(node.field) !== undefined;
}

/** Whether `part` equals `whole`, or one of its operands. */
function mayBePart(part: Resolved, whole: Resolved): boolean {
  if (mayBeWrittenAlike(part, whole)) return true;
  return whole.type === 'logical' && whole.operator === 'and' && flatOperands(whole).some((operand) => mayBeWrittenAlike(part, operand));
}

/** The label of the first value that it reads: equal for equal texts. */
function labelOf(node: Resolved): string {
  const first = firstPart(node);
  switch (first.type) {
    case 'field':
      return first.field;
    case 'attribute':
    case 'resource-attribute':
    case 'has-attribute':
      return first.key;
    case 'trace-aggregate':
      return first.aggregate;
    default:
      return first.type;
  }
}
