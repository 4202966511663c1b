import type { Precision } from '../precision';
import { toFloat16 } from './float16';
import { halfOf } from './halves';
import type { OnnxBuilder, Value } from './onnxBuilder';
import { dataType } from './onnxModel';
import type { BlockMatrix, FileRange, FloatVector, WeightsPlan } from './weightsPlan';

/** The name of the external-data file beside the graph that holds what `createWeights` plans. */
export const weightsFileName = 'weights.bin';

/** A file of what is not in the weights file in the form that a graph needs; the plan's tasks read the weights file. */
export interface DerivedFile {
  readonly name: string;
  readonly plan: WeightsPlan;
}

/** The numbers of a graph: those that lie in files beside it, and constants in the type of the activations. */
export function createTensors(
  { external, constant }: OnnxBuilder,
  precision: Precision | undefined,
  derived: DerivedFile,
) {
  const isHalf = precision === 'float16';
  /** Of activations and the KV cache. */
  const activationType = isHalf ? dataType.float16 : dataType.float32;

  return { isHalf, activationType, weight, floatTable, floatVector, scalesOf, wideScalesOf, constantFloat };

  function floatTable(table: FloatVector, shape: readonly number[]): Value {
    return floats(table.name, shape, table.range);
  }

  function floatVector(vector: FloatVector): Value {
    return floatTable(vector, [vector.length]);
  }

  function scalesOf(matrix: BlockMatrix): Value {
    return floats(`${matrix.name}.scales`, scalesShape(matrix), matrix.scales);
  }

  function wideScalesOf(matrix: BlockMatrix): Value {
    return weight(`${matrix.name}.scales`, dataType.float32, scalesShape(matrix), matrix.scales);
  }

  /** Float32 numbers of the weights file, or their float16 copies. */
  function floats(name: string, dims: readonly number[], range: FileRange): Value {
    return isHalf
      ? external(`${name}.half`, dataType.float16, dims, halfOf(derived.plan, range), derived.name)
      : weight(name, dataType.float32, dims, range);
  }

  /** A tensor of the weights file. */
  function weight(name: string, type: number, dims: readonly number[], range: FileRange): Value {
    return external(name, type, dims, range, weightsFileName);
  }

  /** A number in the type of the activations. */
  function constantFloat(name: string, value: number): Value {
    const values = Float32Array.of(value);
    const rawData = bytesOf(isHalf ? toFloat16(values) : values);
    return constant(name, activationType, [], rawData);
  }
}

export type Tensors = ReturnType<typeof createTensors>;

function bytesOf({ buffer }: Float32Array | Uint16Array): Uint8Array {
  return new Uint8Array(buffer);
}

function scalesShape({ rowCount, columnCount, blockSize }: BlockMatrix): readonly number[] {
  return [rowCount, columnCount / blockSize];
}
