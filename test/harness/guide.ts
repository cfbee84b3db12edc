/** A block of commands in a guide, with its output in the guide; undefined if the guide shows none. */
export interface GuideBlock {
  readonly command: string;
  readonly output: string | undefined;
}

/** The ```bash blocks of a document in order, each with the ```text block that directly follows it. */
export function bashBlocks(markdown: string): readonly GuideBlock[] {
  const found = markdown.matchAll(/^```bash\n([\s\S]*?)^```$(?:\n\n^```text\n([\s\S]*?)^```$)?/gm);
  return [...found].map(([, command = '', output]) => ({ command: command.trimEnd(), output }));
}
