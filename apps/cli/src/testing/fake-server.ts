import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const servers: Server[] = [];

/** Starts a server that answers status and JSON, by the path, headers and body of a request. Returns its URL. */
export async function fakeServer(
  answer: (path: string, headers: NodeJS.Dict<string | string[]>, body: string) => readonly [number, unknown],
): Promise<string> {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const [status, json] = answer(request.url ?? '', request.headers, body);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export function closeFakeServers(): void {
  for (const server of servers.splice(0)) server.close();
}
