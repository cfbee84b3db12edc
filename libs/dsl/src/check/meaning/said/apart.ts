import type { BinaryNode, LogicalNode, Resolved, TracePair, TraceQuantifier } from '../../../tree/resolved.js';
import { firstPart } from '../../../tree/walk.js';
import { NIL } from '../../../values/types.js';
import { fieldValues } from '../../../vocabulary/vocabulary.js';
import { mayExcludeAlone } from './constraints.js';
import { flatOperands } from './flat-operands.js';
import { MIRRORED } from './ordered-as-count.js';
import { comparesReadings } from './plain-comparison.js';
import { mayBeWrittenAlike } from './written-alike.js';

/** A condition, and what it comes out as. */
export interface Outcome {
  readonly node: Resolved;
  readonly outcome: boolean;
}

/** Each operand is about something else, but for guards: nearly all chains. Each is asked alone. False where that is not sure. */
export function areApart(operands: readonly Resolved[], outcome: boolean): boolean {
  if (operands.length > MAX_OPERANDS) return false;
  const topics = new Topics(true);
  for (const operand of operands) if (!topics.add(operand, outcome)) return false;
  return true;
}

/** Nothing that a condition says (constraints.ts) excludes what another one says. False where that is not sure. */
export function agreeForSure(outcomes: readonly Outcome[]): boolean {
  if (outcomes.length > MAX_OPERANDS) return false;
  const topics = new Topics(false);
  return outcomes.every(({ node, outcome }) => topics.add(node, outcome));
}

/** So many are compared with each other: the time stays linear. */
const MAX_OPERANDS = 20;

/** What is said of a value: that it is there; that it is a text, or not; what it is otherwise, neither nil nor false; something else. */
type Manner = 'is there' | 'is' | 'is not' | 'is something' | 'other';

interface Topic {
  readonly isOfTwo: boolean;
  /** Alike for what has one name; it may be alike for others. */
  readonly label: string;
  readonly manner: Manner;
  /** The text that it is, or is not. */
  readonly text: string | undefined;
}

/** What is asked of further spans: that some are so (1), that none are (-1), or a number of them (0). */
interface Question {
  readonly condition: Resolved;
  readonly sign: 1 | -1 | 0;
}

/** What conditions are about, without a text of any. Each method answers false where a condition may concern what was added before. */
class Topics {
  private readonly topics: Topic[] = [];
  private readonly questions: Question[] = [];
  private saysRoot = false;
  private saysParent = false;
  private asksTrace = false;
  private countsSpans = false;

  /** @param isStrict also two conditions on one value that agree are told: one may say what the other says. */
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
    // Two variables of a script, or one: they have names of their own.
    if (subject.type === 'literal' || literal.type !== 'literal' || (literal.value === undefined && literal.types !== NIL)) return false;
    // What no value satisfies excludes whatever stands beside it.
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
        // What a condition within comes out as.
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
    // Whichever comes first.
    if (!this.addTopic(a <= b ? a : b, 'other', undefined, true)) return false;
    return node.operator === '==' || node.operator === '~=' || this.truth(node, outcome);
  }

  private chain(node: LogicalNode, outcome: boolean): boolean {
    // `not (a or b)`: neither; `a and b`: both.
    if ((node.operator === 'and') === outcome)
      return flatOperands(node).every((part) => part.type === 'logical' || this.add(part, outcome));
    if (!outcome) return true;
    // `x == "a" or x == "b"`: all are about one value, or nothing is known.
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

  /** A condition that says nothing but that it is true or not. */
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

  /** A guard excludes no other one, and no value that is there; that it is not one text excludes no other. */
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

  /** Spans of the trace are asked for: so many it has at least. */
  private asks(): boolean {
    this.asksTrace = true;
    return !this.countsSpans;
  }

  private counts(): boolean {
    this.countsSpans = true;
    return !this.asksTrace;
  }
}

/** Of few values all may be excluded. */
function hasWords(node: Resolved): boolean {
  return node.type === 'field' && fieldValues(node.field) !== undefined;
}

/** One is the other, or an operand of it. */
function mayBePart(part: Resolved, whole: Resolved): boolean {
  if (mayBeWrittenAlike(part, whole)) return true;
  return whole.type === 'logical' && whole.operator === 'and' && flatOperands(whole).some((operand) => mayBeWrittenAlike(part, operand));
}

/** Of what is read first: alike for whatever is written alike. */
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
