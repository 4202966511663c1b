import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { neverAborted } from '../../src/base/abort';
import { hasOwnMemory, type Device } from '../../src/engine/device';
import type { Engine } from '../../src/engine/engine';
import { createEngine, type EngineOptions } from '../../src/engine/transformerEngine';
import type { TransformerConfiguration } from '../../src/model/configuration';
import type { HeadPart } from '../../src/model/headParts';
import { readGguf } from '../../src/model/gguf/readGguf';
import { buildGraph } from '../../src/model/graph/buildGraph';
import { variantGraphs } from '../../src/model/graphVariant';
import { writeWeights } from '../../src/model/graph/writeWeights';
import { deviceForms, precisionOf, type DeviceForm } from '../../src/model/deviceForm';
import { decodeSpecification } from '../../src/tokenizer/specification';
import type { Tokenizer } from '../../src/tokenizer/tokenizer';
import { createTokenizer } from '../../src/tokenizer/tokenizer';
import { prepareTinyModel } from './preparedTinyModel';
import type { TinyModelOptions } from './tinyModel';

export interface TinyEngine {
  readonly engine: Engine;
  readonly configuration: TransformerConfiguration;
  readonly vocabularySize: number;
  readonly ggufPath: string;
  /** What `engine` was opened with. */
  readonly engineOptions: EngineOptions;
  /** The graphs for devices that have a memory of their own. */
  readonly deviceGraphPaths: Readonly<Record<DeviceForm, string>>;
  createTokenizer(): Tokenizer;
  /** Lends a second engine over the same model, with nothing in its cache. */
  freshly<T>(use: (engine: Engine) => Promise<T>): Promise<T>;
  /** Opens another engine over the same model, on a device; the caller disposes it. */
  openOn(device: Device, prefillChunkTokens?: number, form?: DeviceForm): Promise<Engine>;
  /** Opens another file as the graph. */
  openGraph(graphPath: string): Promise<Engine>;
  dispose(): Promise<void>;
}

/**
 * A seeded, untrained model, written as a GGUF, prepared and opened through the real code. Its graph is that of the
 * shipping model but for float32 activations: int8 ones round differently in batches of different sizes, which
 * decides between near-equal tokens, and an untrained model has little else.
 */
export async function openTinyEngine(
  options: Partial<TinyModelOptions> & {
    readonly contextCapacity: number;
    /** In place of those that suit the vocabulary. */
    readonly headParts?: readonly HeadPart[];
  },
): Promise<TinyEngine> {
  const { contextCapacity, architecture = 'qwen2', headParts: chosenParts, ...modelOptions } = options;
  const folder = mkdtempSync(join(tmpdir(), 'sotto-tiny-'));
  const prepared = await prepareTinyModel(folder, { seed: 1, architecture, ...modelOptions });
  const { ggufPath } = prepared;
  const { configuration, files } = prepared.manifest;
  const headParts = chosenParts ?? prepared.manifest.headParts;
  const common = { configuration, headParts, contextCapacity, threadCount: 1 };
  const openGraph = (graphPath: string) => createEngine({ graphPath, ...common });
  const exactGraphPath = join(prepared.folder, 'exact.onnx');
  const gguf = await readGguf(ggufPath, neverAborted);
  const exact = { accuracyLevel: 0, headParts } as const;
  writeFileSync(exactGraphPath, buildGraph(gguf, configuration, exact).onnx);
  const writeDeviceGraph = async (form: DeviceForm): Promise<[DeviceForm, string]> => {
    const derivedName = `device-${form}.bin`;
    const options = { ...exact, ...variantGraphs[`device-${form}`], derivedName };
    const { onnx, derived } = buildGraph(gguf, configuration, options);
    const weightsPath = join(prepared.folder, files.weights.name);
    await writeWeights(derived, weightsPath, join(prepared.folder, derivedName), () => {}, neverAborted);
    const path = join(prepared.folder, `device-${form}.onnx`);
    writeFileSync(path, onnx);
    return [form, path];
  };
  const deviceGraphPaths = Object.fromEntries(await Promise.all(deviceForms.map(writeDeviceGraph))) as Record<
    DeviceForm,
    string
  >;
  const engine = await openGraph(exactGraphPath);

  return {
    engine,
    configuration,
    vocabularySize: configuration.vocabularySize,
    ggufPath,
    engineOptions: { graphPath: exactGraphPath, ...common },
    deviceGraphPaths,
    openGraph,
    openOn: (device, prefillChunkTokens, form = 'q8f32') =>
      createEngine({
        graphPath: hasOwnMemory(device) ? deviceGraphPaths[form] : exactGraphPath,
        ...common,
        device,
        prefillChunkTokens,
        precision: precisionOf(form),
      }),
    createTokenizer: () =>
      createTokenizer(decodeSpecification(readFileSync(join(prepared.folder, files.tokenizer.name)))),
    async freshly(use) {
      const fresh = await openGraph(exactGraphPath);
      try {
        return await use(fresh);
      } finally {
        await fresh.dispose();
      }
    },
    async dispose() {
      await engine.dispose();
      rmSync(folder, { recursive: true });
    },
  };
}
