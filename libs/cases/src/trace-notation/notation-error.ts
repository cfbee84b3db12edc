/** A line of the notation that cannot be read: its place (UTF-16 offset in the text), and the expected form. */
export class NotationError extends Error {
  override readonly name = 'NotationError';

  constructor(
    message: string,
    readonly offset: number,
  ) {
    super(message);
  }
}
