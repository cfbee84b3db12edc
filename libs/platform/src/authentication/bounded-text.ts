/** The text of an answer. Rejects an Error when it has more bytes than `limit`, without reading the rest: an answer may never end. */
export async function boundedText(answer: Response, limit: number): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of answer.body ?? []) {
    bytes += part.length;
    // Leaving the loop closes the connection.
    if (bytes > limit) throw new Error(`${answer.url} answers more than ${limit} bytes`);
    parts.push(part);
  }
  // As `answer.text()` does, it leaves out a byte order mark, which JSON may not have.
  return new TextDecoder().decode(Buffer.concat(parts));
}
