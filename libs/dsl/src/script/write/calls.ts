import { quote } from '../../emit/emit.js';
import { attributePath, isAttributeMap } from '../../sandbox/bridge/lua-text.js';
import type { Expression } from '../../text/syntax.js';
import { spanArguments } from '../../vocabulary/span-function-call.js';
import { isAggregate, isQuantifier } from '../../vocabulary/trace-vocabulary.js';
import { LIBRARY_CALLS, SEVERAL_RESULTS } from '../run/library.js';
import { NeedsSandbox } from './scopes.js';
import type { CodeType, ScriptCode } from './script-code.js';
import type { ScriptWriter } from './script-writer.js';
import { STEPS } from './steps.js';

type Call = Extract<Expression, { type: 'call' }>;

const RESULTS: Readonly<Record<string, CodeType>> = {
  tostring: 'string',
  type: 'string',
  'string.len': 'number',
  'string.lower': 'string',
  'string.upper': 'string',
  'string.sub': 'string',
  'table.concat': 'string',
};

/** Functions with a fast form for two arguments. */
const OF_TWO: Readonly<Record<string, string>> = { 'math.max': 'maximum', 'math.min': 'minimum' };

/** A call, reduced to its first result. @throws NeedsSandbox */
export function writeCall(writer: ScriptWriter, call: Call): ScriptCode {
  const { callee, args } = call;
  writer.spend(STEPS.call + STEPS.item * args.length);
  if (spanArguments(call) !== undefined) return writeSpanFunction(writer, call);
  if (callee.type === 'member' && callee.name === 'has') return writeHas(writer, callee.object, args);
  const name = libraryName(writer, callee);
  const values = args.map((argument) => writer.value(argument));
  if (name === undefined) return { text: `call(${['run', writer.value(callee), ...values].join(', ')})`, type: 'any' };
  if (!Object.hasOwn(LIBRARY_CALLS, name)) throw new NeedsSandbox(name);
  refuseSeveralResults(args.at(-1));
  if (writer.scopes.mayReturnNothing && isOwnCall(args.at(-1))) throw new NeedsSandbox('a function that returns nothing, as an argument');
  const ofTwo = args.length === 2 ? OF_TWO[name] : undefined;
  writer.spend(ofTwo === undefined ? 0 : args.length);
  if (ofTwo !== undefined) return { text: `${ofTwo}(run, ${values.join(', ')})`, type: 'numeric' };
  return { text: `library[${quote(name)}](${['run', ...values].join(', ')})`, type: RESULTS[name] ?? 'any' };
}

/** The name of a library function: `tostring`, `math.max`. */
function libraryName(writer: ScriptWriter, callee: Expression): string | undefined {
  if (callee.type === 'name') return writer.scopes.uses.get(callee) === 'library' ? callee.name : undefined;
  if (callee.type !== 'member' || callee.object.type !== 'name') return undefined;
  return writer.scopes.uses.get(callee.object) === 'library' ? `${callee.object.name}.${callee.name}` : undefined;
}

export function writeMethodCall(writer: ScriptWriter, { object, name, args }: Extract<Expression, { type: 'method-call' }>): ScriptCode {
  writer.spend(2 * STEPS.call + STEPS.item * args.length);
  const owner = writer.value(object);
  refuseSeveralResults(args.at(-1));
  if (writer.scopes.mayReturnNothing && isOwnCall(args.at(-1))) throw new NeedsSandbox('a function that returns nothing, as an argument');
  const values = args.map((argument) => writer.value(argument));
  return { text: `method(${['run', owner, quote(name), ...values].join(', ')})`, type: 'any' };
}

/** Refuses a call as the last expression if it may return more than one result. @throws NeedsSandbox */
export function refuseSeveralResults(last: Expression | undefined): void {
  if (last?.type === 'method-call' && SEVERAL_RESULTS.has(last.name)) throw new NeedsSandbox('a call with several results');
  if (last?.type !== 'call') return;
  const { callee } = last;
  if ((callee.type === 'name' || callee.type === 'member') && SEVERAL_RESULTS.has(callee.name))
    throw new NeedsSandbox('a call with several results');
}

function isOwnCall(expression: Expression | undefined): boolean {
  return expression?.type === 'call' || expression?.type === 'method-call';
}

/** `x.has(key)`. */
function writeHas(writer: ScriptWriter, object: Expression, [argument, ...more]: readonly Expression[]): ScriptCode {
  if (argument === undefined || more.length > 0) throw new NeedsSandbox('has() of anything but a name');
  writer.spend(STEPS.member);
  const span = writer.value(object);
  const path = argument.type === 'member' ? attributePath(argument) : undefined;
  const isKeyed = argument.type === 'index' && isAttributeMap(argument.object);
  const key = path !== undefined ? writer.constant(path.key) : writer.value(isKeyed ? argument.key : argument);
  return { text: `hasAttribute(${span}, ${key})`, type: 'boolean' };
}

/** `trace.has(c)`, `x.children.sum(field, c)`. */
function writeSpanFunction(writer: ScriptWriter, call: Call): ScriptCode {
  const callee = call.callee as Extract<Expression, { type: 'member' }>;
  writer.spend(STEPS.member);
  const owner = writer.value(callee.object);
  const { name } = callee;
  const conditions = spanArguments(call)!.map(({ expression }) => writeSpanArgument(writer, expression));
  if (conditions.length === 0) throw new NeedsSandbox(`${name}() of nothing`);
  const isTest = isQuantifier(name);
  if (!isTest && !isAggregate(name)) throw new NeedsSandbox(name);
  const text = `${isTest ? 'quantify' : 'collect'}(run, ${owner}, ${quote(name)}, ${conditions.join(', ')})`;
  return { text, type: isTest ? (name === 'count' ? 'number' : 'boolean') : 'any' };
}

function writeSpanArgument(writer: ScriptWriter, expression: Expression): string {
  const span = writer.scopes.conditions.get(expression);
  return span === undefined ? writer.value(expression) : writer.condition(span, expression);
}
