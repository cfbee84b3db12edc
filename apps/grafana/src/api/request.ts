import { FetchError, getBackendSrv } from '@grafana/runtime';
import { lastValueFrom } from 'rxjs';

export interface RequestOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly params?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly data?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly responseType?: 'json' | 'text';
}

/** A failed request: the problem, and which server reported it. */
export class RequestProblem extends Error {
  override readonly name = 'RequestProblem';

  constructor(
    /** 0: no answer. */
    readonly status: number,
    message: string,
    /** Of BeTrace's problem document; undefined when Grafana itself refused. */
    readonly code: string | undefined,
    /** Diagnostics of a rule's text, and the like. */
    readonly errors: readonly { readonly message?: string }[] = [],
    /** The body of the answer. */
    readonly body?: unknown,
  ) {
    super(message);
  }
}

/** Where Grafana's data proxy passes requests on to the URL of a data source. */
export const proxyOf = (uid: string): string => `/api/datasources/proxy/uid/${encodeURIComponent(uid)}`;

/**
 * Sends a request to BeTrace through a data source.
 * @param path of the API, without a leading slash
 * @throws RequestProblem
 */
export async function request<T>(proxy: string, path: string, options: RequestOptions = {}): Promise<T> {
  const params = Object.fromEntries(Object.entries(options.params ?? {}).filter(([, value]) => value !== undefined && value !== ''));
  try {
    const answer = await lastValueFrom(
      getBackendSrv().fetch<T>({
        url: `${proxy}/${path}`,
        method: options.method ?? 'GET',
        params,
        data: options.data,
        headers: { ...options.headers },
        responseType: options.responseType ?? 'json',
        showErrorAlert: false,
        showSuccessAlert: false,
      }),
    );
    return answer.data;
  } catch (error) {
    throw problemOf(error as Partial<FetchError>);
  }
}

interface ProblemDocument {
  readonly detail?: string;
  readonly title?: string;
  readonly message?: string;
  readonly code?: string;
  readonly errors?: readonly { readonly message?: string }[];
}

function problemOf({ status = 0, data }: Partial<FetchError>): RequestProblem {
  const said = (typeof data === 'object' && data !== null ? data : {}) as ProblemDocument;
  if (said.code !== undefined) return new RequestProblem(status, said.detail ?? said.title ?? said.code, said.code, said.errors, data);
  if (status === 403) return new RequestProblem(status, 'Your role in Grafana does not allow this. It needs the role Editor.', undefined);
  if (status === 502 || status === 504)
    return new RequestProblem(
      status,
      'Grafana does not reach BeTrace. Check the URL of the data source, and that BeTrace runs.',
      undefined,
    );
  return new RequestProblem(
    status,
    said.message ?? (status === 0 ? 'Grafana does not answer.' : `Grafana answered ${status}.`),
    undefined,
    [],
    data,
  );
}
