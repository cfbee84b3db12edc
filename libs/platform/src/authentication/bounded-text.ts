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
  return Buffer.concat(parts).toString('utf8');
}
