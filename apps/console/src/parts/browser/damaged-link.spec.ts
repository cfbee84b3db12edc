import { describe, expect, it } from '@jest/globals';
import { readable } from './damaged-link';

describe('a damaged link', () => {
  it.each([
    ['/ui/violations', '?q=%', '', ['q']],
    ['/ui/violations', '?q=%E0%A4%A&severity=HIGH', '?severity=HIGH', ['q']],
    ['/ui/violations', '?rule_id=a%00b&q=x&%', '?q=x', ['rule_id', '%']],
    ['/ui/violations', '?q=a&q=%ff', '?q=a', ['q']],
  ])('is read without what cannot be read: %s%s', (path, search, left, parameters) =>
    expect(readable(path, search)).toEqual({ search: left, damaged: { path: false, parameters } }),
  );

  it.each(['/ui/rules/%', '/ui/rules/%E0%A4%A', '/ui/%00'])('keeps its path: %s', (path) =>
    expect(readable(path, '?tab=test')).toEqual({ search: '?tab=test', damaged: { path: true, parameters: [] } }),
  );

  it.each(['', '?q=100%25+of+a%2Bb', '?expression=a%0Ab%09c', '?tick=%5B%22span.attributes%22%5D', '?live=1&view='])(
    'is not one with signs that were written as they must be: %s',
    (search) => expect(readable('/ui/rules/a%2Fb%25', search)).toBeUndefined(),
  );
});
