import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { betrace } from '../testing/fake-terminal.js';
import { removeTemporaryFiles, temporaryFiles } from '../testing/temporary-files.js';

afterAll(removeTemporaryFiles);

const ruleFile = (expected: string): string => join(temporaryFiles({ 'rule.yaml': RULE.replace('EXPECTED', expected) }), 'rule.yaml');

const RULE = `rules:
  - id: audited
    expression: |
      trace.has(read where read.name == "read" and
        not trace.has(span.name == "audit" and attribute.user.id and attribute.user.id == read.attributes["user.id"]))
      and trace.count(span.name == "read") > 1
    tests:
      - name: one of two
        expect: EXPECTED
        trace: |
          request
            read user.id=u1
            audit user.id=u1
            read user.id=u2
`;

const WHY = [
  '"read" (read#2): 0 of 4 spans satisfy span.name == "audit" and attribute.user.id == "u2" (closest is "audit" (audit): attribute.user.id is "u1"); ' +
    '2 of 4 spans satisfy span.name == "read", more than 1: "read" (read) and "read" (read#2)',
  '✓ and',
  '  ✓ "read" (read#2): 0 of 4 spans satisfy span.name == "audit" and attribute.user.id == "u2" (closest is "audit" (audit): attribute.user.id is "u1")',
  '    ✓ and (of read#2)',
  '      ✓ read.name == "read" holds (read.name is "read")',
  '      ✓ not',
  '        ✗ 0 of 4 spans satisfy span.name == "audit" and attribute.user.id == "u2" (closest is "audit" (audit): attribute.user.id is "u1")',
  '          ✗ and (of audit)',
  '            ✓ span.name == "audit" holds (span.name is "audit")',
  '            ✓ attribute.user.id holds (it is "u1")',
  '            ✗ attribute.user.id == read.attributes["user.id"] does not hold (attribute.user.id is "u1", read.attributes["user.id"] is "u2")',
  '  ✓ trace.count(span.name == "read") > 1',
  '    ✓ 2 of 4 spans satisfy span.name == "read": "read" (read) and "read" (read#2)',
  '      ✓ span.name == "read" holds (span.name is "read")',
];

describe('why a rule matches', () => {
  it('is printed part by part for a failing case', async () => {
    const { code, out } = await betrace(['test', ruleFile('no match')]);
    expect(code).toBe(1);
    const lines = out.split('\n').map((line) => line.slice(6));
    const from = lines.findIndex((line) => line.startsWith('"read"'));
    expect(lines.slice(from, from + WHY.length)).toEqual(WHY);
  });

  it('is printed for a passing case on request', async () => {
    const file = ruleFile('match');
    expect((await betrace(['test', file])).out).not.toContain('closest');
    expect((await betrace(['test', '--explain', file])).out.split('\n').map((line) => line.slice(6))).toEqual(expect.arrayContaining(WHY));
  });
});
