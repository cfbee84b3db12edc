/**
 * Receives SIGUSR2, which announces that the next stop is final (docs/decisions/0067). It precedes the stop, because an orchestrator restarts a process that
 * ends by itself. It may come while the process starts: without a handler it would end the process, or get lost where the process is the first of a container.
 * Windows has no such signal.
 */
export class LastStop {
  #announced = false;
  #listener: (() => void) | undefined;

  /** `announced`: whether the signal came earlier, while only the entry file was loaded. */
  constructor(announced = false) {
    this.#announced = announced;
    if (process.platform === 'win32') return;
    process.on('SIGUSR2', () => {
      this.#announced = true;
      this.#listener?.();
    });
  }

  /** Calls `listener` at each signal, and at once if one came before. */
  listen(listener: () => void): void {
    this.#listener = listener;
    if (this.#announced) listener();
  }
}
