/** A line of the notation that cannot be read: where (UTF-16 offset in the text), what was expected. */
export class NotationError extends Error {
  override readonly name = 'NotationError';

  constructor(
    message: string,
    readonly offset: number,
  ) {
    super(message);
  }
}
