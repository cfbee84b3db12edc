import createClient from 'openapi-fetch';
import type { paths } from '#ui/api/openapi.generated';
import { ApiProblem, problemOf } from '#ui/api/problem';
import { apiKey, askToSignIn, keyAccepted } from './api-key';

/** `fetch` with the API key, if the server required one. */
export async function fetchWithKey(input: Request | string, init?: RequestInit): Promise<Response> {
  const request = new Request(input, init);
  for (;;) {
    const key = apiKey();
    const sent = request.clone();
    if (key !== undefined) sent.headers.set(key.header, key.value);
    const response = await answerTo(sent);
    // Somebody signed in meanwhile: the refusal of a former key says nothing about the current one.
    if (response.status === 401 && apiKey() !== key) continue;
    if (response.status === 401) askToSignIn(response.headers.get('www-authenticate'));
    if (response.ok && new URL(request.url).pathname.startsWith('/v1/')) keyAccepted(key);
    return response;
  }
}

async function answerTo(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiProblem(0, 'The server does not answer. It may be stopped, or the network between is down.');
  }
}

export const client = createClient<paths>({ baseUrl: location.origin, fetch: (request: Request) => fetchWithKey(request) });

interface Answered<T> {
  readonly data?: T;
  readonly error?: unknown;
  readonly response: Response;
}

/** The body of a success; otherwise throws an ApiProblem. */
export async function answered<T>(answer: Promise<Answered<T>>): Promise<T> {
  return (await answeredWithHeaders(answer)).data;
}

export async function answeredWithHeaders<T>(answer: Promise<Answered<T>>): Promise<{ readonly data: T; readonly headers: Headers }> {
  const { data, error, response } = await answer;
  if (!response.ok) throw problemOf(response, error);
  return { data: data as T, headers: response.headers };
}
