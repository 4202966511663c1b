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
