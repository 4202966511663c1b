/** Tensor types we read, by ggml's number (ggml.h `enum ggml_type`). */
const namesByNumber: Readonly<Record<number, TensorType>> = {
  0: 'F32',
  1: 'F16',
  2: 'Q4_0',
  3: 'Q4_1',
  6: 'Q5_0',
  7: 'Q5_1',
  8: 'Q8_0',
  12: 'Q4_K',
  13: 'Q5_K',
  14: 'Q6_K',
  30: 'BF16',
};

export type TensorType =
  'F32' | 'F16' | 'BF16' | 'Q4_0' | 'Q4_1' | 'Q5_0' | 'Q5_1' | 'Q8_0' | 'Q4_K' | 'Q5_K' | 'Q6_K';

/** Values per block and bytes per block, from the structs in ggml-common.h. */
export const blockLayouts: Readonly<Record<TensorType, BlockLayout>> = {
  F32: { valueCount: 1, byteCount: 4 },
  F16: { valueCount: 1, byteCount: 2 },
  BF16: { valueCount: 1, byteCount: 2 },
  Q4_0: { valueCount: 32, byteCount: 2 + 16 },
  Q4_1: { valueCount: 32, byteCount: 4 + 16 },
  Q5_0: { valueCount: 32, byteCount: 2 + 4 + 16 },
  Q5_1: { valueCount: 32, byteCount: 4 + 4 + 16 },
  Q8_0: { valueCount: 32, byteCount: 2 + 32 },
  Q4_K: { valueCount: 256, byteCount: 4 + 12 + 128 },
  Q5_K: { valueCount: 256, byteCount: 4 + 12 + 32 + 128 },
  Q6_K: { valueCount: 256, byteCount: 128 + 64 + 16 + 2 },
};

export interface BlockLayout {
  readonly valueCount: number;
  readonly byteCount: number;
}

/** The type with ggml's number, or undefined when we do not read it. */
export function tensorTypeOf(number: number): TensorType | undefined {
  return namesByNumber[number];
}
