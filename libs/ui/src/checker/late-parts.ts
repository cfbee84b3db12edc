import type { scriptProblem } from '#dsl';

/** The large parts of the checker: RE2 for patterns, Lua's compiler for scripts. Most rules need neither. */
interface Parts {
  readonly patterns: { readonly RE2JS: { compile(text: string): { programSize(): number; test(subject: string): boolean } } };
  readonly scripts: { readonly scriptProblem: typeof scriptProblem };
}
type Name = keyof Parts;

const LOAD: { readonly [N in Name]: () => Promise<Parts[N]> } = {
  patterns: () => import('re2js'),
  scripts: () => import('./script-part'),
};

const loaded: Partial<{ -readonly [N in Name]: Parts[N] }> = {};
const missed = new Set<Name>();

/** The part if it is loaded; otherwise notes that a text needs it. */
export function latePart<N extends Name>(name: N): Parts[N] | undefined {
  const part = loaded[name] as Parts[N] | undefined;
  if (part === undefined) missed.add(name);
  return part;
}

/** Runs a function that may need missing parts, and again once they are loaded, because the first result is invalid. */
export async function withLateParts<T>(run: () => T): Promise<T> {
  for (;;) {
    missed.clear();
    const answer = run();
    if (missed.size === 0) return answer;
    await Promise.all([...missed].map(load));
  }
}

async function load<N extends Name>(name: N): Promise<void> {
  loaded[name] ??= (await LOAD[name]()) as Parts[N] & (typeof loaded)[N];
}
