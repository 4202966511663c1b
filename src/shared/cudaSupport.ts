/** Whether this machine can use CUDA, and what could be fetched for it. */
export interface CudaSupport {
  /** Whether ONNX Runtime's CUDA provider is on this machine. */
  readonly hasProvider: boolean;
  /** Why CUDA cannot be used; null where it can. */
  readonly problem: string | null;
  readonly offer: CudaOffer;
}

/** The provider as its maker publishes it. */
export interface CudaOffer {
  /** The package and its version. */
  readonly name: string;
  readonly byteCount: number;
  readonly licence: string;
  readonly files: readonly CudaFile[];
}

interface CudaFile {
  readonly name: string;
  readonly byteCount: number;
  readonly sha256: string;
}
