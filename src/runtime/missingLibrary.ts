/** What ONNX Runtime could not load, in its words, and a sentence that says what to do about it. */
export interface MissingLibrary {
  readonly printed: string;
  readonly advice: string;
}

/**
 * The library that a device lacks, from what ONNX Runtime prints to standard error: its error says only that one is
 * missing. Undefined when it printed nothing of the kind.
 */
export function findMissingLibrary(printed: string): MissingLibrary | undefined {
  const found = /Failed to load library \S+ with error: (?:\S+\/)?([^\s:/]+): ([^\n]+)/.exec(printed);
  const [message, library, reason] = found ?? [];
  return message === undefined || library === undefined || reason === undefined
    ? undefined
    : { printed: message, advice: adviceFor(library, reason) };
}

function adviceFor(library: string, reason: string): string {
  if (!reason.startsWith('cannot open shared object file')) {
    return `${library} cannot be loaded (${reason}); put a sound one in its place.`;
  }
  if (library.startsWith('libonnxruntime_providers')) {
    return `ONNX Runtime's CUDA provider (${library}) is not on this machine; "Sotto: Get CUDA Support" gets it, or "device cuda" on the command line.`;
  }
  if (library.startsWith('libcuda.')) {
    return `The NVIDIA driver (${library}) is missing; install the one for your card.`;
  }
  return `${library} is missing; install the CUDA 13 libraries (cuBLAS, cuRAND, runtime) where the system's loader finds them.`;
}
