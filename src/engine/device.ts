import { UserError } from '../base/errors';
import type { NativeAddress, OrtApi } from './ortApi';
import { OrtError } from './ortError';

/** What can run a graph. All but `cpu` are execution providers of ONNX Runtime that a machine may lack. */
export const devices = ['cpu', 'webgpu', 'cuda', 'directml', 'coreml'] as const;

export type Device = (typeof devices)[number];

interface Provider {
  /** As `GetAvailableProviders` names it. */
  readonly name: string;
  readonly append: (api: OrtApi, sessionOptions: NativeAddress) => void;
  /** Name of its memory for `CreateMemoryInfo`; absent where it works on the host's. */
  readonly memory?: string;
}

/** Names: onnxruntime/core/session/provider_registration.cc and include/onnxruntime/core/framework/allocator.h. */
const providers: Readonly<Record<Exclude<Device, 'cpu'>, Provider>> = {
  webgpu: {
    name: 'WebGpuExecutionProvider',
    // Of two GPUs in a laptop the one that is worth having.
    append: (api, options) => api.appendProvider(options, 'WebGPU', { powerPreference: 'high-performance' }),
    memory: 'WebGPU_Buf',
  },
  cuda: {
    name: 'CUDAExecutionProvider',
    append: (api, options) => api.appendCuda(options),
    memory: 'Cuda',
  },
  directml: {
    name: 'DmlExecutionProvider',
    append: (api, options) =>
      api.appendProvider(options, 'DML', { performance_preference: 'high_performance' }),
    memory: 'DML',
  },
  coreml: {
    name: 'CoreMLExecutionProvider',
    append: (api, options) => api.appendProvider(options, 'CoreML', { ModelFormat: 'MLProgram' }),
  },
};

/** The devices that the library was built for; whether this machine has one shows when a session is opened. */
export function supportedDevices(api: OrtApi): readonly Device[] {
  const names = api.availableProviders();
  return devices.filter((device) => device === 'cpu' || names.includes(providers[device].name));
}

/**
 * Makes sessions of `sessionOptions` run on the device; operators it has no kernel for stay on the CPU. Throws
 * `UserError` `device-unavailable`.
 */
export function appendDevice(api: OrtApi, sessionOptions: NativeAddress, device: Device): void {
  if (device === 'cpu') {
    return;
  }
  if (!supportedDevices(api).includes(device)) {
    throw deviceUnavailable(device, `ONNX Runtime ${api.version} is built without it on this platform`);
  }
  try {
    providers[device].append(api, sessionOptions);
  } catch (error) {
    throw error instanceof OrtError ? deviceUnavailable(device, error.message, error) : error;
  }
}

/**
 * Asks the library for the device as a session would, without loading a model: an absent adapter, driver or
 * library is told in a moment. Throws `UserError` `device-unavailable`. A bad driver may end the process.
 */
export function checkDevice(api: OrtApi, device: Device): void {
  const environment = api.createEnvironment();
  const sessionOptions = api.createSessionOptions(1, {});
  try {
    appendDevice(api, sessionOptions, device);
  } finally {
    api.release('SessionOptions', sessionOptions);
    api.release('Env', environment);
  }
}

/** The device's own memory, for tensors that stay on it; undefined where it works on the host's memory. */
export function deviceMemoryName(device: Device): string | undefined {
  return device === 'cpu' ? undefined : providers[device].memory;
}

/** Whether what is computed on the device lies in a memory of its own, and has to be copied out of it. */
export function hasOwnMemory(device: Device): boolean {
  return deviceMemoryName(device) !== undefined;
}

/** The device as its users know it. */
export function deviceTitle(device: Device): string {
  return { cpu: 'CPU', webgpu: 'WebGPU', cuda: 'CUDA', directml: 'DirectML', coreml: 'CoreML' }[device];
}

/** `device-unavailable`, with the reason in ONNX Runtime's words. */
export function deviceUnavailable(device: Device, reason: string, cause?: unknown): UserError {
  return new UserError(
    'device-unavailable',
    `The device "${device}" cannot be used: ${readable(reason)}`,
    'Set sotto.device to "auto" or "cpu"; "Sotto: Choose Device" and "doctor" on the command line show what each device does.',
    { cause },
  );
}

/** Without the sources and stack traces of its build, which ONNX Runtime puts before and after its sentence. */
function readable(message: string): string {
  return (message.split('\n', 1)[0] ?? '').replace(/^.*\bwas false\. /, '').trim();
}
