/** Maximum length of an answer in logs. */
const TEXT_LENGTH = 300;
/** Characters of a page that are searched for its title. */
const PAGE_HEAD = 65_536;

const BYTE_ORDER_MARK = 0xfeff;

/** Whether an answer is an HTML page, by its content type or its beginning. */
export function isPage(contentType: string | undefined, content: Buffer): boolean {
  if (/^\s*(text\/html|application\/xhtml\+xml)\b/i.test(contentType ?? '')) return true;
  return /^\s*<(!doctype|html|head|body|\?xml|title|h1|center|script)\b/i.test(beginning(content));
}

/** The text of an answer in one printable line; for a page its title. */
export function answerText(content: Buffer): string {
  const text = beginning(content);
  const title = /<title[^>]*>([^<]{1,1000})/i.exec(text)?.[1];
  const printable = (title === undefined ? text : `"${title.trim()}"`)
    .replace(/[^\P{C}\n\t]/gu, '')
    .replace(/\s+/g, ' ')
    .trim();
  return (printable.length > TEXT_LENGTH ? `${printable.slice(0, TEXT_LENGTH)}…` : printable).toWellFormed();
}

function beginning(content: Buffer): string {
  const text = content.toString('utf8', 0, PAGE_HEAD);
  return text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
}
