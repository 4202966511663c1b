import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { connect } from 'node:net';

export interface TestServer {
  readonly url: string;
  /** Every request so far, in order. */
  readonly requests: readonly IncomingMessage[];
  close(): Promise<void>;
}

/** A real HTTP server on this machine; `listener` gets the number of the request, from 1. */
export async function startServer(
  listener: (request: IncomingMessage, response: ServerResponse, requestNumber: number) => void,
): Promise<TestServer> {
  const requests: IncomingMessage[] = [];
  const record: RequestListener = (request, response) => {
    requests.push(request);
    listener(request, response, requests.length);
  };
  return listen(record, requests);
}

/** A forward proxy that sends every request and every tunnel to `targetUrl`, whatever host was asked for. */
export async function startProxy(targetUrl: string): Promise<TestServer> {
  const requests: IncomingMessage[] = [];
  const { hostname, port } = new URL(targetUrl);
  return listen(
    (request, response) => {
      requests.push(request);
      response.writeHead(502).end();
    },
    requests,
    Number(port),
    hostname,
  );
}

/** Answers like a file host: whole or in part, with `If-Range` as RFC 9110 wants it. */
export function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  content: Buffer,
  {
    etag = '"v1"',
    ignoreRange = false,
    cutAt,
  }: { etag?: string; ignoreRange?: boolean; cutAt?: number } = {},
): void {
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const ifRange = request.headers['if-range'];
  const inPart = start > 0 && !ignoreRange && (ifRange === undefined || ifRange === etag);
  const body = content.subarray(inPart ? start : 0);
  response.writeHead(inPart ? 206 : 200, {
    etag,
    'content-length': body.length,
    ...(inPart ? { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` } : {}),
  });
  if (cutAt === undefined) {
    response.end(body);
  } else {
    response.write(body.subarray(0, cutAt), () => setTimeout(() => response.destroy(), 20));
  }
}

async function listen(
  listener: RequestListener,
  requests: IncomingMessage[],
  tunnelPort?: number,
  tunnelHost?: string,
): Promise<TestServer> {
  const server = createServer(listener);
  server.on('connect', (request, clientSocket) => {
    requests.push(request);
    if (tunnelPort === undefined || tunnelHost === undefined) {
      clientSocket.destroy();
      return;
    }
    const target = connect(tunnelPort, tunnelHost, () => {
      clientSocket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      target.pipe(clientSocket).pipe(target);
    });
    target.on('error', () => clientSocket.destroy());
    clientSocket.on('error', () => target.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error('the test server has no port');
  }
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
