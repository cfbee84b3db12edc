import { HTTP_PROBLEMS } from './problems.js';

/** A code in `docs/errors.md`; the generator converts each lib's catalogue to this form. */
export interface DocumentedError {
  readonly code: string;
  /** HTTP status, if it can be an answer. */
  readonly status?: number;
  readonly message: string;
  readonly doc?: string;
}

export interface ErrorSection {
  readonly title: string;
  readonly errors: readonly DocumentedError[];
}

/** The platform's own section. */
export const HTTP_ERROR_SECTION: ErrorSection = {
  title: 'HTTP and REST',
  errors: Object.entries(HTTP_PROBLEMS).map(([code, { status, title, doc }]) => ({ code, status, message: title, doc })),
};

/** The text of `docs/errors.md`. */
export function errorsDocument(sections: readonly ErrorSection[]): string {
  return `# Errors

Errors of the REST API are problem details (RFC 9457, \`application/problem+json\`): \`type\`, \`title\`, \`status\`, \`detail\`,
\`instance\`, \`code\`, and \`errors\` with the place of each mistake (\`path\`, or \`line\` and \`column\`), what was expected and a
suggestion. Codes are stable: a retired one is never used for something else. \`{…}\` stands for a value.

${sections.map(section).join('\n')}`;
}

function section({ title, errors }: ErrorSection): string {
  const withStatus = errors.some(({ status }) => status !== undefined);
  const head = withStatus ? '| code | status | message | |\n|---|---|---|---|' : '| code | message | |\n|---|---|---|';
  const rows = errors.map(({ code, status, message, doc = '' }) =>
    ['', `\`${code}\``, ...(withStatus ? [status ?? ''] : []), cell(message), cell(doc), ''].join(' | ').trim(),
  );
  return `## ${title}\n\n${head}\n${rows.join('\n')}\n`;
}

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
