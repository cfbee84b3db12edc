/** A block of commands of a guide, with what the guide says that it prints; undefined when it does not say. */
export interface GuideBlock {
  readonly command: string;
  readonly output: string | undefined;
}

/** The blocks ```bash of a document in order, each with the block ```text that follows at once, if one does. */
export function bashBlocks(markdown: string): readonly GuideBlock[] {
  const found = markdown.matchAll(/^```bash\n([\s\S]*?)^```$(?:\n\n^```text\n([\s\S]*?)^```$)?/gm);
  return [...found].map(([, command = '', output]) => ({ command: command.trimEnd(), output }));
}
