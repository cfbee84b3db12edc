/** The sentence of a catalogue with its `{names}` replaced by their values; a name without one becomes `missing`. */
export function filledSentence(sentence: string, values: Readonly<Record<string, string | number | undefined>>, missing = '?'): string {
  return sentence.replace(/\{(\w+)\}/g, (_, name: string) => String((Object.hasOwn(values, name) ? values[name] : undefined) ?? missing));
}
