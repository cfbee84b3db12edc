import type { Block, Expression, Statement } from '../../text/syntax.js';
import { NeedsSandbox, type Variable } from './scopes.js';
import { type ScriptCode, variableName } from './script-code.js';
import type { ScriptWriter } from './script-writer.js';
import { STEPS } from './steps.js';

/** All numbers are doubles, and counting starts one step before the first, as in the sandbox. */
export function writeNumericLoop(writer: ScriptWriter, { variable, bounds, body }: Extract<Statement, { type: 'for' }>): string {
  const from = writer.temporary();
  const to = writer.temporary();
  const by = writer.temporary();
  const values = bounds.map((bound) => writer.value(bound));
  const name = variableName(writer.declared(variable));
  writer.know(writer.declared(variable), 'number');
  const before = `${from} = ${values[0]};\n${to} = ${values[1]};\n${by} = ${values[2] ?? '1'};\n`;
  const check = `if (typeof ${from} !== 'number' || typeof ${to} !== 'number' || typeof ${by} !== 'number' || ${by} === 0) bailOut();\n`;
  // A loop in a loop, or in a recursive function, has its own variables.
  const [i, end, step] = [writer.name('i'), writer.name('i'), writer.name('i')];
  const head = `for (let ${i} = ${from} - ${by} + ${by}, ${end} = ${to}, ${step} = ${by}; ${step} > 0 ? ${i} <= ${end} : ${end} <= ${i}; ${i} += ${step}) `;
  return `${before}${check}${head}${writer.inner(body, STEPS.jump, `let ${name} = ${i};\n`)}\n`;
}

/** `for … in ipairs(x)` and `pairs(x)`. */
export function writeLoop(writer: ScriptWriter, { names, iterators, body }: Extract<Statement, { type: 'for-in' }>): string {
  const iterator = iteratorOf(writer, iterators);
  if (iterator === undefined || names.length > 2) throw new NeedsSandbox('a loop over anything but ipairs(x) and pairs(x)');
  writer.spend(2 * STEPS.call);
  const list = writer.code(iterator.list);
  const [first, second] = names.map((name) => writer.declared(name)) as [Variable, Variable | undefined];
  if (iterator.name === 'pairs') return writePairsLoop(writer, list, first, second, body);
  writer.know(first, 'number');
  const [l, i] = [writer.name('l'), writer.name('i')];
  const counted = `let ${variableName(first)} = ${i};\n`;
  if (list.type === 'spans') {
    if (second !== undefined) writer.know(second, 'span');
    const item = second === undefined ? '' : `let ${variableName(second)} = ${l}[${i} - 1];\n`;
    return `for (let ${i} = 1, ${l} = ${list.text}; ${i} <= ${l}.length; ${i}++) ${writer.inner(body, STEPS.turn, counted + item)}\n`;
  }
  const x = writer.name('x');
  const item = second === undefined ? '' : `let ${variableName(second)} = ${x};\n`;
  const head = `for (let ${i} = 1, ${l} = ${list.text}, ${x}; (${x} = index(run, ${l}, ${i})) !== undefined; ${i}++) `;
  return `${head}${writer.inner(body, STEPS.turn, counted + item)}\n`;
}

function iteratorOf(
  writer: ScriptWriter,
  [iterator, ...more]: readonly Expression[],
): { readonly name: 'ipairs' | 'pairs'; readonly list: Expression } | undefined {
  if (iterator?.type !== 'call' || more.length > 0 || iterator.callee.type !== 'name') return undefined;
  const { callee, args } = iterator;
  const [list, ...others] = args;
  if (list === undefined || others.length > 0 || writer.scopes.uses.get(callee) !== 'library') return undefined;
  return callee.name === 'ipairs' || callee.name === 'pairs' ? { name: callee.name, list } : undefined;
}

function writePairsLoop(writer: ScriptWriter, list: ScriptCode, key: Variable, value: Variable | undefined, body: Block): string {
  const names = [key, ...(value === undefined ? [] : [value])].map(variableName).join(', ');
  return `for (let [${names}] of pairs(run, ${list.text})) ${writer.inner(body, STEPS.turn)}\n`;
}
