import type { Connection } from 'vscode-languageserver';
import { describeError, UserError } from '../../base/errors';
import type { Logger } from '../../base/logger';
import type { Cache } from '../../model/cache';
import { withEditorProxy } from '../../model/download/editorProxy';
import {
  cudaLibraryPath,
  cudaProvider,
  fetchCudaProvider,
  installCudaProvider,
  requireCudaPlatform,
} from '../../runtime/deviceCuda';
import { checkInChild } from '../../runtime/deviceProbe';
import type { CudaResult, CudaSupport } from '../../shared/cudaSupport';
import { cudaSupportRequest, getCudaRequest } from '../../shared/protocol';
import { withSignal } from '../editor/cancellation';
import { cacheAt } from './cacheAt';
import type { ModelConfiguration } from './modelHost';

/** Answers the command that gets CUDA's part of ONNX Runtime; nothing else fetches it. */
export function listenToCudaRequests(
  connection: Connection,
  logger: Logger,
  configuration: () => ModelConfiguration,
): void {
  const cache = () => cacheAt(configuration().cacheFolder);
  connection.onRequest(cudaSupportRequest, (token) =>
    withSignal(token, (signal) => answer(logger, signal, () => findSupport(cache(), logger, signal))),
  );
  connection.onRequest(getCudaRequest, ({ folder }, token) =>
    withSignal(token, (signal) =>
      answer(logger, signal, async () => {
        const path =
          folder === null
            ? await fetchCudaProvider(cache(), withEditorProxy(process.env, configuration().proxy), signal)
            : await installCudaProvider(folder, cache());
        logger.info(`device: the CUDA provider is at ${path}`);
        return findSupport(cache(), logger, signal);
      }),
    ),
  );
}

async function findSupport(cache: Cache, logger: Logger, signal: AbortSignal): Promise<CudaSupport> {
  requireCudaPlatform();
  const libraryPath = cudaLibraryPath(cache, process.env);
  const { requirement: name, wheelByteCount: byteCount, licence, files } = cudaProvider;
  const problem =
    libraryPath === undefined
      ? `${name} is not on this machine.`
      : ((await checkInChild('cuda', libraryPath, logger, signal)) ?? null);
  return { hasProvider: libraryPath !== undefined, problem, offer: { name, byteCount, licence, files } };
}

/** Fault barrier: the client shows what it gets. */
async function answer(
  logger: Logger,
  signal: AbortSignal,
  find: () => Promise<CudaSupport>,
): Promise<CudaResult> {
  try {
    return { kind: 'done', support: await find() };
  } catch (error) {
    if (signal.aborted) {
      return { kind: 'cancelled' };
    }
    logger.error(`device: ${describeError(error)}`);
    return error instanceof UserError
      ? { kind: 'failed', reason: error.message, advice: error.advice }
      : { kind: 'failed', reason: describeError(error), advice: 'The log has the details.' };
  }
}
