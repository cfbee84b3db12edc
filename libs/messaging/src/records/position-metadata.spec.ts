import { describe, expect, it } from '@jest/globals';
import { readPositionMetadata, writePositionMetadata } from './position-metadata.js';

describe('the metadata of a position', () => {
  it('reads back as written', () => {
    const metadata = { epoch: 12, logTime: 1_699_000_000_123, paused: 0 };
    expect(readPositionMetadata(writePositionMetadata(metadata))).toEqual(metadata);
  });

  it('keeps the intended offset if it differs', () => {
    const metadata = { epoch: 12, logTime: 1_699_000_000_123, paused: 86_400_000, from: 7 };
    expect(readPositionMetadata(writePositionMetadata(metadata))).toEqual(metadata);
  });

  it('keeps where a successor starts to read', () => {
    const metadata = { epoch: 12, logTime: 1_699_000_000_123, start: 1_698_999_662_623, paused: 7 };
    expect(readPositionMetadata(writePositionMetadata(metadata))).toEqual(metadata);
  });

  it('keeps the offset before which all verdicts are published', () => {
    const metadata = { epoch: 12, logTime: 1_699_000_000_123, paused: 0, said: true, published: 4_711, judgement: 'a1', from: 9 };
    expect(readPositionMetadata(writePositionMetadata(metadata))).toEqual(metadata);
    expect(readPositionMetadata('{"epoch":12,"logTime":5,"published":"7"}')).toEqual({ epoch: 12, logTime: 5, paused: 0 });
  });

  it('has no pauses if an older version wrote it', () =>
    expect(readPositionMetadata('{"epoch":12,"logTime":5}')).toEqual({ epoch: 12, logTime: 5, paused: 0 }));

  it.each(['', '{}', 'null', '{"epoch":"1","logTime":2}', 'set by hand'])('is unknown when it is %j', (text) =>
    expect(readPositionMetadata(text)).toBeUndefined(),
  );
});
