/**
 * A member that some object of a JSON text has twice, if any: readers differ in which of the two they take, so what is verified may not
 * be what another reader shows. The text must be JSON.
 */
export function duplicateMember(json: string): string | undefined {
  /** Names of the objects around the place; undefined for an array. */
  const around: (Set<string> | undefined)[] = [];
  let text: string | undefined;
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:,]/gs)) {
    if (token === '{') around.push(new Set());
    else if (token === '[') around.push(undefined);
    else if (token === '}' || token === ']') around.pop();
    else if (token === ':' && text !== undefined) {
      const names = around.at(-1);
      const name = JSON.parse(text) as string;
      if (names?.has(name)) return name;
      names?.add(name);
    }
    text = token.startsWith('"') ? token : undefined;
  }
  return undefined;
}
