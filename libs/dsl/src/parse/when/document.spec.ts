import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { check } from '../../check/check.js';
import { convertWhen } from '../convert-when.js';

const document = readFileSync(join(import.meta.dirname, '../../../../../docs/when-form.md'), 'utf8');
const [, outside = '', inside = ''] = document.split(/^## In .*$/m);

/** The code in the first cell of each row. */
function forms(section: string): string[] {
  return [...section.matchAll(/^\| (`.+?`) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, form = '']) => form),
  );
}

describe('the document of the when form', () => {
  it.each(forms(outside).filter((form) => !/^\(?a\)?( |$)|^not a$/.test(form)))('%s', (form) => {
    expect(check(`when { ${form} } always { b }`).diagnostics).toEqual([]);
  });

  it.each(forms(inside).filter((form) => /\w \S+ \S|^(not )?verified$/.test(form)))('where(%s)', (form) => {
    expect(check(`when { a.where(${form}) } always { b }`).diagnostics).toEqual([]);
  });

  it('converts its example as shown', () => {
    const [, example = ''] = /```text\n([\s\S]*?)```/.exec(document) ?? [];
    const [, converted = ''] = /```lua\n([\s\S]*?)```/.exec(document) ?? [];
    expect(convertWhen(example)).toEqual({ ok: true, text: converted.trimEnd() });
  });
});
