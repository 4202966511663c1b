import tls from 'node:tls';
import { EnvHttpProxyAgent, interceptors, request, type Dispatcher } from 'undici';
import { describeError, UserError } from '../../base/errors';
import type { HuggingFaceSource } from '../catalog';
import type { Environment } from '../cache';
import { ContentMismatchError, isStrongEtag } from './partialFile';
import { reportBytes, type DownloadContext } from './source';

/** The only host that Sotto ever names by itself; HF_ENDPOINT overrides it. */
const defaultEndpoint = 'https://huggingface.co';

export interface HttpTimeouts {
  readonly connectMs: number;
  /** From the request to the headers of the final answer, redirects included. */
  readonly answerMs: number;
  /** Between two pieces of the body. */
  readonly stallMs: number;
}

const defaultTimeouts: HttpTimeouts = { connectMs: 4_000, answerMs: 12_000, stallMs: 20_000 };

/** A connection that breaks after it brought bytes is taken up again, this many times in all. */
const maxAttemptCount = 5;

/**
 * Fetches the rest of the file from a model hub, from where `context.partial` ends. Honours HF_ENDPOINT, HTTP_PROXY,
 * HTTPS_PROXY, NO_PROXY and the certificates of the system; Node itself honours NODE_EXTRA_CA_CERTS.
 */
export async function downloadFromHuggingFace(
  source: HuggingFaceSource,
  context: DownloadContext,
  signal: AbortSignal,
  timeouts: HttpTimeouts = defaultTimeouts,
): Promise<void> {
  const { partial, logger } = context;
  const url = fileUrl(source, context);
  const agent = createAgent(context.environment, timeouts);
  const dispatcher = agent.compose(interceptors.redirect({ maxRedirections: 5 }));
  try {
    for (let attempt = 1; ; attempt++) {
      const byteCountBefore = partial.byteCount;
      try {
        await fetchRest(url, dispatcher, context, timeouts, signal);
        return;
      } catch (error) {
        const final = signal.aborted || error instanceof ContentMismatchError || error instanceof UserError;
        if (final || attempt === maxAttemptCount || partial.byteCount === byteCountBefore) {
          throw explainNetworkError(error, timeouts);
        }
        logger.info(`the download broke off at byte ${partial.byteCount}, going on: ${describeError(error)}`);
      }
    }
  } finally {
    await agent.destroy();
  }
}

function fileUrl(source: HuggingFaceSource, { environment, fileName }: DownloadContext): URL {
  const endpoint = environment.HF_ENDPOINT || defaultEndpoint;
  if (!/^https?:\/\//.test(endpoint) || !URL.canParse(endpoint)) {
    throw new Error(`HF_ENDPOINT is not an http(s) address: ${endpoint}`);
  }
  return new URL(`${endpoint.replace(/\/+$/, '')}/${source.repository}/resolve/main/${fileName}`);
}

function createAgent(environment: Environment, { connectMs }: HttpTimeouts): EnvHttpProxyAgent {
  const connection = { timeout: connectMs, ...trustedCertificates() };
  return new EnvHttpProxyAgent({
    httpProxy: environment.http_proxy ?? environment.HTTP_PROXY,
    httpsProxy: environment.https_proxy ?? environment.HTTPS_PROXY,
    noProxy: environment.no_proxy ?? environment.NO_PROXY,
    connect: connection,
    proxyTls: connection,
    requestTls: connection,
  });
}

/**
 * Those that Node brings and those of the system, among which is that of a company whose proxy looks into TLS. Before
 * Node 22.15 they cannot be asked for, and Node's own alone hold.
 */
function trustedCertificates(): { readonly ca?: string[] } {
  const store: typeof tls & {
    readonly getCACertificates?: (type: 'default' | 'system') => string[];
  } = tls;
  const ofSystem = store.getCACertificates?.('system') ?? [];
  const ofNode = store.getCACertificates?.('default') ?? [];
  return ofSystem.length === 0 ? {} : { ca: [...ofNode, ...ofSystem] };
}

async function fetchRest(
  url: URL,
  dispatcher: Dispatcher,
  context: DownloadContext,
  timeouts: HttpTimeouts,
  signal: AbortSignal,
): Promise<void> {
  const { partial } = context;
  const answer = await requestInTime(url, dispatcher, rangeHeaders(context), timeouts, signal);
  await acceptAnswer(answer, context);
  const { byteCount } = partial.expected;
  await partial.append(answer.body, byteCount, (doneCount) => reportBytes(context, doneCount), signal);
  if (partial.byteCount < byteCount) {
    throw new Error(`the answer ended at byte ${partial.byteCount} of ${byteCount}`);
  }
}

/** RFC 9110, sections 13.1.5 and 14.2: the rest, or everything when the file is no longer the same. */
function rangeHeaders({ partial }: DownloadContext): Record<string, string> {
  if (partial.byteCount === 0) {
    return {};
  }
  const range = { range: `bytes=${partial.byteCount}-` };
  return partial.validator === undefined ? range : { ...range, 'if-range': partial.validator };
}

async function requestInTime(
  url: URL,
  dispatcher: Dispatcher,
  headers: Record<string, string>,
  { answerMs, stallMs }: HttpTimeouts,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  const tooLate = new AbortController();
  const timer = setTimeout(() => tooLate.abort(new Error(`no answer within ${answerMs} ms`)), answerMs);
  try {
    return await request(url, {
      dispatcher,
      // Compressed bytes could be neither counted nor resumed.
      headers: { ...headers, 'accept-encoding': 'identity' },
      bodyTimeout: stallMs,
      signal: AbortSignal.any([signal, tooLate.signal]),
    });
  } finally {
    clearTimeout(timer);
  }
}

/** Brings the partial file to where the answer's body begins, or throws when the body is of no use. */
async function acceptAnswer(
  { statusCode, headers }: Dispatcher.ResponseData,
  { partial, logger }: DownloadContext,
): Promise<void> {
  const { byteCount } = partial.expected;
  const etag = typeof headers.etag === 'string' && isStrongEtag(headers.etag) ? headers.etag : undefined;
  switch (statusCode) {
    case 200: {
      const announced = headers['content-length'];
      if (announced !== undefined && Number(announced) !== byteCount) {
        throw new Error(`the server offers ${String(announced)} bytes in place of ${byteCount}`);
      }
      if (partial.byteCount > 0) {
        logger.info('the server sends the whole file, starting again');
      }
      await partial.truncate(0);
      await partial.setValidator(etag);
      return;
    }
    case 206: {
      const wanted = `bytes ${partial.byteCount}-${byteCount - 1}/${byteCount}`;
      if (headers['content-range'] !== wanted) {
        throw new ContentMismatchError(`the server sent ${String(headers['content-range'])}, not ${wanted}`);
      }
      if (partial.validator !== undefined && etag !== undefined && etag !== partial.validator) {
        throw new ContentMismatchError('the file on the server has changed');
      }
      return;
    }
    default:
      throw new Error(`the server answered ${statusCode}`);
  }
}

/** Undici's and Node's texts for what a user meets most, in plain words; the rest as it is. */
function explainNetworkError(error: unknown, { stallMs }: HttpTimeouts): unknown {
  if (error instanceof AggregateError) {
    // One error for each address of the host that was tried, and an empty message of its own.
    return new Error(error.errors.map(describeError).join(', '), { cause: error.errors[0] });
  }
  if (error instanceof Error && 'code' in error && error.code === 'UND_ERR_BODY_TIMEOUT') {
    return new Error(`no bytes arrived for ${stallMs} ms`);
  }
  return error;
}
