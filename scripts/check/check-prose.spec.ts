import { describe, expect, it } from '@jest/globals';
import { commentsOf, proseProblems } from './check-prose.js';
import { textsOf } from './texts.js';

const words = (count: number): string => Array.from({ length: count }, (_, at) => `word${at}`).join(' ');
const problems = (text: string): string[] => proseProblems('a.md', text);
const tooLong = (count: number): string => `a.md: ${count} words in one sentence (at most 25): `;

describe('the length of sentences', () => {
  it('is at most 25 words', () => {
    expect(problems(`${words(25)}.`)).toEqual([]);
    expect(problems(`${words(26)}.`)).toEqual([`${tooLong(26)}${words(26)}.`]);
  });

  it('is counted across the lines of a paragraph, and not beyond its end', () => {
    expect(problems(`${words(13)}\n${words(13)}`)).toHaveLength(1);
    expect(problems(`${words(13)}\n\n${words(13)}`)).toEqual([]);
  });

  it.each([
    ['a full stop', '. '],
    ['a question mark', '? '],
    ['a colon', ': '],
    ['a semicolon', '; '],
    ['a full stop within quotes', '." '],
    ['the end of a list item', '\n- '],
    ['the end of a numbered item', '\n2. '],
    ['a heading', '\n## '],
    ['a tag of a docstring', '\n@param text '],
  ])('ends at %s', (_, between) => {
    expect(problems(`${words(20)}${between}${words(20)}`)).toEqual([]);
  });

  it.each([
    ['the dots of a name', 'trace.has'],
    ['a number', '1.5'],
    ['a comma', 'word,'],
  ])('continues after %s', (_, word) => {
    expect(problems(`${words(13)} ${word} ${words(13)}`)).toEqual([expect.stringContaining(tooLong(27))]);
  });

  it('does not count parentheses, also nested ones', () => {
    expect(problems(`${words(20)} (${words(10)} (${words(10)}) ${words(10)}) ${words(5)}.`)).toEqual([]);
    expect(problems(`${words(20)} (${words(10)}) ${words(6)}.`)).toHaveLength(1);
  });

  it('counts code as one word, and the target of a link as none', () => {
    expect(problems(`${words(24)} \`${words(30)}\`.`)).toEqual([]);
    expect(problems(`${words(25)} \`${words(30)}\`.`)).toHaveLength(1);
    expect(problems(`${words(24)} [link](docs/a-b.md#c-d).`)).toEqual([]);
  });

  it('does not count blocks of code', () => {
    expect(problems(`Text:\n\n\`\`\`lua\n${words(40)}\n\`\`\`\n\nText.`)).toEqual([]);
    expect(problems(`Text:\n\n    ${words(40)}\n\nText.`)).toEqual([]);
  });

  it('checks the cells of a table one by one', () => {
    expect(problems(`| ${words(20)} | ${words(20)} |\n|---|---|\n| ${words(20)} | ${words(20)} |`)).toEqual([]);
    expect(problems(`| a | ${words(26)} |`)).toEqual([`${tooLong(26)}${words(26)}`]);
    expect(problems(`| ${words(20)} \\| ${words(20)} |`)).toHaveLength(1);
  });
});

describe('phrases', () => {
  it.each([
    ['A span that comes by HTTP.', undefined],
    ['How many spans were come by.', 'come by'],
    ['Spans come by OTLP.', undefined],
    ['The brokers are not to be had.', 'to be had'],
    ['What of it the API shows.', 'What of'],
    ['Not so where a comparison fails.', 'Not so'],
    ['It is not so large that it matters.', undefined],
    ['A topic that was made anew.', 'made anew'],
    ['Whoever reads it.', 'Whoever'],
    ['The keys of before.', 'of before'],
    ['Whatever fails is retried.', 'Whatever'],
    ['It is retried, whatever fails.', undefined],
    ['The evaluator goes on.', 'goes on'],
    ['It goes on the list.', undefined],
    ['A text that is no number.', 'is no '],
    ['It is no longer open, and there is no other.', undefined],
    ['Its values are never told.', 'are never told'],
    ['It answers whether the span matches.', 'answers whether'],
    ['The store refuses it for good.', 'for good'],
    ['An empty list is mistaken for good news.', undefined],
    ['Spans wait for the present rules.', 'the present r'],
    ['The present value of a field, in the present tense.', undefined],
    ['A late span takes back the violation.', 'takes back'],
    ['It is dropped without a word.', 'without a word'],
    ['The topic is read all the same.', 'all the same'],
    ['Browsers lay out whole texts.', undefined],
    ['The median lay below 20 ms.', 'lay'],
    ['It took 17 minutes beside a load of 3.', 'beside a load'],
  ])('%s', (text, phrase) => {
    expect(problems(text).map((problem) => /for "([^"]*)"/.exec(problem)?.[1])).toEqual(phrase === undefined ? [] : [phrase]);
  });
});

describe('comments', () => {
  it('are read when they are on lines of their own', () => {
    const source = [
      '// First line,',
      '// second line.',
      'const a = 1; // beside code',
      '/** A docstring. */',
      'const url = "http://example.org"; /* beside code */',
      '  /**',
      '   * Several',
      '   * lines.',
      '   * @param a what it is',
      '   */',
      '// biome-ignore lint/x: why',
    ].join('\n');
    expect(commentsOf(`${source}\n`)).toBe('First line,\nsecond line.\n\nA docstring.\n\nSeveral\nlines.\n@param a what it is');
  });

  it('keep their paragraphs apart', () => {
    expect(
      proseProblems('a.ts', commentsOf(`/**\n * ${words(20)}\n * @param a ${words(20)}\n */\n// ${words(20)}\n\n// ${words(20)}\n`)),
    ).toEqual([]);
    expect(proseProblems('a.ts', commentsOf(`/**\n * ${words(13)}\n * ${words(13)}\n */\n`))).toHaveLength(1);
  });
});

describe('texts for users', () => {
  it.each([
    [
      'the sentences of a catalogue',
      'problems.ts',
      `const A = { BT_A: { sentence: 'It is ' + 'too long.', status: 400 } };`,
      ['It is too long.'],
    ],
    [
      'the arguments of a catalogue',
      'problems.ts',
      "const A = { BT_A: error('It fails.', 'Its meaning.') };",
      ['It fails.', 'Its meaning.'],
    ],
    ['no imports', 'problems.ts', "import { a } from './a b.js';", []],
    ['log lines', 'a.ts', "this.logger.warn({ err: error }, 'cannot read; retrying');", ['cannot read; retrying']],
    ['templates of log lines', 'a.ts', `logger.error(\`\${file} is deleted\`);`, ['value is deleted']],
    ['errors', 'a.ts', `throw new StartError(\`\${file} cannot be read\`, { cause });`, ['value cannot be read']],
    ['descriptions', 'a.ts', "ApiProperty({ description: 'Its sum, ' + 'in bytes.', example: 'a b' });", ['Its sum, in bytes.']],
    ['no other strings', 'a.ts', "logger.warn(); const error = 'a b'; throw failed(error);", []],
    ['titles', 'a.spec.ts', "describe('a group', () => { it('has members', () => check('a b')); });", ['a group', 'has members']],
    ['titles of tables', 'a.spec.ts', "it.each(['a b'])('takes %s', () => {});", ['takes %s']],
    [
      'titles that depend on a service',
      'a.spec.ts',
      "describeKafka('a group', () => {}); (on ? it : it.skip)('has members', () => {});",
      ['a group', 'has members'],
    ],
  ])('are %s', (_, file, source, texts) => {
    expect(textsOf(file, source)).toEqual(texts);
  });
});
