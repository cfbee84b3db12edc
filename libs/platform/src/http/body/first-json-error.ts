/** A number, a literal, or a string without its closing quote: as much of it as is valid. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them in strings
const TOKEN = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|"(?:[^"\\\u0000-\u001f]+|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*/y;
const SPACE = /[ \t\n\r]*/y;

/** Offset of the first character at which a text is not JSON; the text's length if it ends too early. Only some messages of JSON.parse name the place. */
export function firstJsonError(text: string): number {
  const open: ('{' | '[')[] = [];
  let at = 0;
  /** What may follow: a value, a key, or the text after a value. */
  let state: 'value' | 'value or ]' | 'key' | 'key or }' | 'after' = 'value';
  const skip = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const matched = pattern.exec(text)?.[0] ?? '';
    at += matched.length;
    return matched;
  };
  /** Skips a string; false if it breaks off at `at`. */
  const string = () => skip(TOKEN) !== '' && text[at] === '"' && at++ >= 0;

  for (;;) {
    skip(SPACE);
    const character = text[at];
    if (character === undefined) return at;
    if (state === 'after') {
      const innermost = open.at(-1);
      if (innermost === undefined) return at;
      if (character === ',') state = innermost === '{' ? 'key' : 'value';
      else if (character === (innermost === '{' ? '}' : ']')) open.pop();
      else return at;
      at++;
    } else if (state === 'key' || state === 'key or }') {
      if (character === '}' && state === 'key or }') {
        open.pop();
        at++;
        state = 'after';
        continue;
      }
      if (character !== '"' || !string()) return at;
      skip(SPACE);
      if (text[at] !== ':') return at;
      at++;
      state = 'value';
    } else if (character === '{' || character === '[') {
      open.push(character);
      at++;
      state = character === '{' ? 'key or }' : 'value or ]';
    } else if (character === ']' && state === 'value or ]') {
      open.pop();
      at++;
      state = 'after';
    } else {
      if (character === '"' ? !string() : skip(TOKEN) === '') return at;
      state = 'after';
    }
  }
}
