import { formatBytes } from '../base/formatBytes';
import { locateCache } from '../model/cache';
import { cudaLibraryPath, cudaProvider, fetchCudaProvider, installCudaProvider } from '../runtime/deviceCuda';
import { checkInChild } from '../runtime/deviceProbe';
import { printLine } from './terminal';
import { terminalLogger } from './withModel';

/** `device cuda`: says whether CUDA can be used and what is missing; downloads only when told to. */
export async function prepareCuda(
  { from, fetch }: { readonly from?: string; readonly fetch?: boolean },
  signal: AbortSignal,
): Promise<void> {
  const cache = locateCache(process.env);
  if (from !== undefined) {
    printLine(`took the provider: ${await installCudaProvider(from, cache)}`);
  } else if (fetch === true) {
    describeProvider();
    printLine(`fetched and checked: ${await fetchCudaProvider(cache, process.env, signal)}`);
  }
  const libraryPath = cudaLibraryPath(cache, process.env);
  if (libraryPath === undefined) {
    printLine('The CUDA provider of ONNX Runtime is not on this machine.');
    describeProvider();
    printLine(
      'Fetch it with "npm start -- device cuda --fetch", or name a folder that holds it with --from.',
    );
    return;
  }
  printLine(`provider: ${libraryPath}`);
  const problem = await checkInChild('cuda', libraryPath, terminalLogger(), signal);
  printLine(problem === undefined ? 'CUDA can be used.' : `CUDA cannot be used: ${problem}`);
}

function describeProvider(): void {
  printLine(
    `${cudaProvider.requirement}, ${formatBytes(cudaProvider.wheelByteCount)}, licence ${cudaProvider.licence}`,
  );
  for (const { name, byteCount, sha256 } of cudaProvider.files) {
    printLine(`  ${name}, ${formatBytes(byteCount)}, SHA-256 ${sha256}`);
  }
  printLine(
    '  It also needs the CUDA 13 libraries (cuBLAS, cuRAND, runtime) and the NVIDIA driver of your system.',
  );
}
