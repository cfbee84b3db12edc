// In the browser the checker's `re2js`: late-part-for.ts puts it there.
import { latePart } from './late-parts';

export const RE2JS = {
  compile(text: string) {
    const part = latePart('patterns');
    // The caller's answer is discarded: the text is checked again when the part is loaded.
    if (part === undefined) throw new Error('patterns are being loaded');
    return part.RE2JS.compile(text);
  },
};
