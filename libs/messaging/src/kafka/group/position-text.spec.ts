import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { splitTopicId, withTopicId } from './position-text.js';

const topicId = fc.stringMatching(/^[0-9a-f]{32}$/);
const metadata = fc.oneof(
  fc.constant(''),
  fc.string(),
  fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue(), { minKeys: 1 }).map((value) => JSON.stringify(value)),
  fc.constantFrom('{', '{}', '{}x', '{"a":1}', 'a'),
);

describe('the text of a position', () => {
  it('reads back as written, and names the topic where it is empty or JSON', () => {
    fc.assert(
      fc.property(metadata, topicId, (text, id) => {
        const written = withTopicId(text, id);
        const named = text === '' || (text.startsWith('{') && text !== '{}');
        expect(splitTopicId(written)).toEqual({ metadata: text, ...(named ? { topicId: id } : {}) });
      }),
    );
  });

  it('stays JSON, which earlier versions read', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('epoch', 'logTime', 'from'), fc.integer(), { minKeys: 1 }), topicId, (value, id) => {
        expect(JSON.parse(withTopicId(JSON.stringify(value), id))).toEqual({ topic_id: id, ...value });
      }),
    );
  });

  it('is unchanged where topics have no id', () => {
    expect(withTopicId('{"epoch":1}', undefined)).toBe('{"epoch":1}');
    expect(splitTopicId('{"epoch":1}')).toEqual({ metadata: '{"epoch":1}' });
  });
});
