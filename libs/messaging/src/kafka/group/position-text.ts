const MEMBER = /^\{"topic_id":"([0-9a-f]{32})"(?:,|(?=\}))/;

/**
 * The text that is committed with an offset: the group's own text, and the id of the offset's topic as the first member of the text's JSON object. Readers that
 * don't know the member ignore it, and Kafka's tools show it. A text that is not an object stays unchanged.
 */
export function withTopicId(text: string, topicId: string | undefined): string {
  if (topicId === undefined || text === '{}' || !(text === '' || text.startsWith('{'))) return text;
  const rest = text === '' ? '}' : text.slice(1);
  return `{"topic_id":"${topicId}"${rest.startsWith('}') ? '' : ','}${rest}`;
}

/** The group's text and the id, if there is one. */
export function splitTopicId(text: string): { readonly metadata: string; readonly topicId?: string } {
  const [member, topicId] = MEMBER.exec(text) ?? [];
  if (member === undefined || topicId === undefined) return { metadata: text };
  const rest = text.slice(member.length);
  return { metadata: rest === '}' ? '' : `{${rest}`, topicId };
}
