/** The letter that ties a condition of the rule to the spans that witness it; dashed when none does. */
export function Letter({ letter, missing = false }: { readonly letter: string; readonly missing?: boolean }) {
  const text = missing ? `condition ${letter}, which no span satisfies` : `condition ${letter}`;
  return (
    <span className={missing ? 'letter missing' : 'letter'} title={text}>
      {letter}
    </span>
  );
}
