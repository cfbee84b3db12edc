// Checks the prose of documents, comments, errors, log lines and titles of tests. Sentences have at most 25 words, and no phrase that readers stumble over.
// `npm run check` runs it.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { frontEndFiles, repositoryRoot, sourceFiles } from '../source-files.js';
import { textsOf } from './texts.js';

const MAX_WORDS = 25;

/** Phrases that readers stumble over, each with a replacement. */
const STUMBLES: ReadonlyMap<RegExp, string> = new Map([
  [/\b(?:come|comes|came) by\b(?! (?:REST|HTTP|gRPC|OTLP|Kafka))/i, 'visit'],
  [/\bto be had\b/i, 'available'],
  [/\bwhoever\b/i, 'the reader, the sender, the caller'],
  [/\bmade anew\b/i, 'created again'],
  [/\bof before\b/i, 'former'],
  [/\bput right\b/i, 'correct'],
  [/\bkept aside\b/i, 'in the dead letters'],
  [/\bor their likes\b/i, 'or similar'],
  [/\bwhat of\b/i, 'the part of'],
  [/^not so\b/i, 'except'],
  [/^so (?:many|few)\b/i, 'the number of'],
  [/^of (?:these|those|which)\b/i, 'the rest of the sentence first'],
  [/\b(?:is|are|was|were|be) (?:not |never )?told\b(?! (?:to|that|why|so)\b)/i, 'reported'],
  [
    /(?<!\bthere(?: must)? )\b(?:is|are|was|were|be) no (?!(?:longer|more|less|fewer|other|such|one|root|match|(?:earli|fast|great|high|larg|lat|long|low|old|short|slow|small|wid)er)\b)/i,
    'is not a',
  ],
  [/\btold apart\b/i, 'distinguished'],
  [/\btells? of\b/i, 'reports'],
  [/\bwhat is (?:asked|said|told)\b/i, 'the condition, the text, the report'],
  [/\b(?:is|are) asked for\b/i, 'requested'],
  [/\bmended\b/i, 'corrected'],
  [/\bhardly\b/i, 'rarely'],
  [/\bnobody else's business\b/i, 'shared with no other member'],
  [/\bhas its say\b/i, 'runs'],
  [/\bfor ever\b/i, 'forever'],
  [/\bhardly meant\b/i, 'probably a mistake'],
  [/\b(?:is|are) nothing to (?:it|them|others|this one|those)\b/i, 'does not concern'],
  [/\bcomes? of (?:it|that|them)\b/i, 'results'],
  [/\bmere\b/i, 'only a'],
  [/\bcan not\b/i, 'cannot'],
  [/\bwhat stands\b/i, 'the current one, the text'],
  [/\banswers? whether\b/i, 'returns whether'],
  [/^whatever\b/i, 'regardless of'],
  [/\b(?:go|goes|went|going) on\b(?! (?:the|a|an|to)\b)/i, 'continue'],
  [/^else\b/i, 'otherwise'],
  [/\b(?:hears?|heard)\b/i, 'receives, learns, is notified'],
  [/\btold\b(?! to\b)/i, 'reported'],
  [/\bsaid\b/i, 'reported, logged, shown'],
  [/\bcease[ds]?\b/i, 'stop'],
  [/\b(?:is|are|was|were) to be\b/i, 'must be'],
  [/\b(?:lies?|lay)\b(?! out)/i, 'is, was'],
  [/\bbeside (?:a|the) load\b/i, 'at a load, under load'],
  [/\bas by\b/i, 'like with'],
  [/\bnone of it\b/i, 'the noun that it stands for'],
  [/\bgoes by\b/i, 'depends on'],
  [/\b(?:any|every)body\b/i, 'all users, all hosts'],
  [/\bfor good\b(?! news\b)/i, 'permanently'],
  [/\bthe present (?!tense\b|value\b)[a-z]/i, 'the current'],
  [/\b(?:take|takes|taken|taking|took) back\b/i, 'retract, revert, undo'],
  [/\b(?:without a word|in silence)\b/i, 'silently'],
  [/\ball the same\b/i, 'still'],
]);

/**
 * The problems of one text, one sentence each.
 * @param path names the text in the problems
 * @param text Markdown, or the text of comments
 */
export function proseProblems(path: string, text: string): string[] {
  return sentencesOf(text).flatMap((sentence) => {
    const words = sentence.split(' ').filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
    const stumble = [...STUMBLES].find(([turn]) => turn.test(sentence));
    return [
      ...(words > MAX_WORDS ? [`${path}: ${words} words in one sentence (at most ${MAX_WORDS}): ${sentence}`] : []),
      ...(stumble === undefined ? [] : [`${path}: write "${stumble[1]}" for "${stumble[0].exec(sentence)![0]}": ${sentence}`]),
    ];
  });
}

/**
 * Code, link targets and parentheses do not count. Each cell of a table and each item of a list is a sentence; colons and semicolons end one, like full stops.
 */
function sentencesOf(text: string): string[] {
  return text
    .replaceAll(/^ *(```|~~~)[\s\S]*?^ *\1/gm, '')
    .split(/\n[ \t]*\n|\n(?=[ \t]*(?:[-*] |\d+\. |@\w|#))/)
    .filter((paragraph) => !/^(?: {4}|\t)/.test(paragraph))
    .flatMap((paragraph) => (/^ *\|/.test(paragraph) ? paragraph.split(/(?<!\\)\|/) : [paragraph]))
    .flatMap((paragraph) =>
      withoutParentheses(
        paragraph
          .replaceAll(/`[^`]*`/g, 'code')
          .replaceAll(/\]\([^)\s]*\)/g, ']')
          .replaceAll(/\s+/g, ' ')
          .replace(/^ ?(?:[-*]|\d+\.|#+|@\w+) /, ''),
      ).split(/(?<=[.;:!?…])["”)*]* | · /),
    )
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '');
}

function withoutParentheses(text: string): string {
  const shorter = text.replaceAll(/ ?\([^()]*\)/g, '');
  return shorter === text ? text : withoutParentheses(shorter);
}

const comment = /^[ \t]*\/\*\*?[^*](?:[^*]|\*(?!\/))*\*\/|(?:^[ \t]*\/\/.*\n)+/gm;

/** The comments of a source file on lines of their own, as paragraphs without comment marks. */
export function commentsOf(source: string): string {
  return (source.match(comment) ?? [])
    .map((text) => text.replaceAll(/^[ \t]*(?:\/\*\*?|\*\/|\*(?=\s|$)|\/\/) ?|[ \t]*\*\/[ \t]*$/gm, '').trim())
    .filter((text) => !/^(?:biome|#|region|<reference)/.test(text))
    .join('\n\n');
}

if (process.argv[1] === import.meta.filename) {
  const documents = globSync('{*.md,{apps,libs,docs,deploy,test,bench,examples,scripts}/**/*.md}', { cwd: repositoryRoot });
  const ours = documents.map((path) => path.replaceAll('\\', '/')).filter((path) => !path.includes('node_modules'));
  const read = (path: string): string => readFileSync(join(repositoryRoot, path), 'utf8');
  const problemsOfSource = (path: string, source: string): string[] =>
    [commentsOf(source), ...textsOf(path, source)].flatMap((text) => proseProblems(path, text));
  const problems = [
    ...ours.sort().flatMap((path) => proseProblems(path, read(path))),
    ...[...sourceFiles(), ...frontEndFiles()].flatMap((path) => problemsOfSource(path, read(path))),
  ];
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
