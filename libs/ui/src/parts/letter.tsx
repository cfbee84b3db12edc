/** The letter that links a condition of the rule to its witnesses; dashed without any. */
export function Letter({ letter, missing = false }: { readonly letter: string; readonly missing?: boolean }) {
  const text = missing ? `condition ${letter}, which no span satisfies` : `condition ${letter}`;
  return (
    <span className={missing ? 'letter missing' : 'letter'} title={text}>
      {letter}
    </span>
  );
}
