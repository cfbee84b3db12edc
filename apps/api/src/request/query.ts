/** Parsers of query parameters, which are texts. An unreadable one becomes NaN: the validator refuses it with its message. */

export const wholeNumber = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;

export const yesOrNo = ({ value }: { value: unknown }): unknown => (value === 'true' ? true : value === 'false' ? false : value);

export const upperCase = ({ value }: { value: unknown }): unknown => (typeof value === 'string' ? value.toUpperCase() : value);

/** Refuses characters that no database can filter by. */
export const TEXT = [/^[^\p{Cc}\p{Cs}]*$/u, { message: '$property must hold no control characters' }] as const;
