/** A failed call, with ONNX Runtime's own words. */
export class OrtError extends Error {
  override readonly name = 'OrtError';

  constructor(
    readonly functionName: string,
    readonly code: number,
    message: string,
  ) {
    super(`${functionName}: ${message}`);
  }
}

/** Whether a call failed for lack of memory: the C++ libraries of Linux, macOS and Windows each say it in their own words. */
export function isOutOfMemory({ message }: OrtError): boolean {
  return /bad[_ ]alloc|failed to allocate|out of memory/i.test(message);
}
