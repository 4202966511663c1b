import type { Connection } from 'vscode-languageserver';
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
import type { CudaSupport } from '../../shared/cudaSupport';
import { cudaSupportRequest, getCudaRequest } from '../../shared/protocol';
import { runCommand } from '../editor/commandResult';
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
    runCommand(logger, token, (signal) => findSupport(cache(), logger, signal)),
  );
  connection.onRequest(getCudaRequest, ({ folder }, token) =>
    runCommand(logger, token, async (signal) => {
      const path =
        folder === null
          ? await fetchCudaProvider(cache(), withEditorProxy(process.env, configuration().proxy), signal)
          : await installCudaProvider(folder, cache());
      logger.info(`device: the CUDA provider is at ${path}`);
      return findSupport(cache(), logger, signal);
    }),
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
