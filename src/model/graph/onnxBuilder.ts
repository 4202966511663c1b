import {
  dataType,
  externalLocation,
  valueInfo,
  type OnnxAttribute,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValueInfo,
} from './onnxModel';
import type { FileRange } from './weightsPlan';

/** The name of a value that flows through the graph. */
export type Value = string;

/** The operators of ONNX Runtime's own. */
export const microsoft = 'com.microsoft';

/** Accumulates the nodes and tensors of an ONNX graph. */
export function createOnnxBuilder() {
  const nodes: OnnxNode[] = [];
  const initializers = new Map<string, OnnxTensor>();
  const inputs: OnnxValueInfo[] = [];
  const outputs: OnnxValueInfo[] = [];

  return { input, output, node, push, has, external, constant, constantInt64s, toOnnx };

  function input(name: string, type: number, shape: readonly (number | string)[]): Value {
    inputs.push(valueInfo(name, type, shape));
    return name;
  }

  function output(value: Value, type: number, shape: readonly (number | string)[]): void {
    outputs.push(valueInfo(value, type, shape));
  }

  /** A node with one output, which bears the node's name. */
  function node(
    label: string,
    opType: string,
    domain: string,
    operands: readonly Value[],
    attributes: readonly OnnxAttribute[] = [],
  ): Value {
    push(label, opType, domain, operands, [label], attributes);
    return label;
  }

  function push(
    name: string,
    opType: string,
    domain: string,
    operands: readonly Value[],
    results: readonly Value[],
    attribute: readonly OnnxAttribute[],
  ): void {
    nodes.push({ name, opType, domain, input: operands, output: results, attribute });
  }

  /** Whether a node of that name is there. */
  function has(name: Value): boolean {
    return nodes.some((node) => node.name === name);
  }

  /** A tensor in a file beside the graph. */
  function external(
    name: string,
    type: number,
    dims: readonly number[],
    range: FileRange,
    location: string,
  ): Value {
    const entries = { location, offset: range.offset, length: range.byteCount };
    const externalData = Object.entries(entries).map(([key, value]) => ({ key, value: String(value) }));
    initializers.set(name, { name, dataType: type, dims, dataLocation: externalLocation, externalData });
    return name;
  }

  function constant(name: string, type: number, dims: readonly number[], rawData: Uint8Array): Value {
    initializers.set(name, { name, dataType: type, dims, rawData });
    return name;
  }

  function constantInt64s(name: string, values: readonly number[]): Value {
    const rawData = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    return constant(name, dataType.int64, [values.length], rawData);
  }

  function toOnnx(name: string): OnnxModel {
    return {
      irVersion: 8, // The version of opset 17.
      producerName: 'sotto',
      opsetImport: [
        { domain: '', version: 17 },
        { domain: microsoft, version: 1 },
      ],
      graph: { name, node: nodes, initializer: [...initializers.values()], input: inputs, output: outputs },
    };
  }
}

export type OnnxBuilder = ReturnType<typeof createOnnxBuilder>;
