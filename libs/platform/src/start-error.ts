/** Why the process cannot start, for its user: shown without a stack. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** The error of a port that is unavailable, with what to do about it; other errors are returned unchanged. */
export function listenError(error: unknown, port: number, host: string, key: { readonly flag: string; readonly env: string }): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  const instead = `choose another with ${key.flag}=PORT or ${key.env}=PORT`;
  if (code === 'EADDRINUSE')
    return new StartError(`port ${port} is taken by another process; stop that one, or ${instead}`, { cause: error });
  if (code === 'EACCES') return new StartError(`port ${port} may only be opened by the superuser; ${instead}`, { cause: error });
  if (code === 'EADDRNOTAVAIL')
    return new StartError(`${host} is not an address of this machine; set server.host (BETRACE_HOST)`, { cause: error });
  return error;
}
