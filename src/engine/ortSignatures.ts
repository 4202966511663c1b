/** ONNXTensorElementDataType of onnxruntime_c_api.h. */
export const elementTypeCodes = { float32: 1, int32: 6, int64: 7, float16: 10 } as const;

export type ElementType = keyof typeof elementTypeCodes;

/** Index in the table, result type, parameter types, in koffi's words. */
export type Signature = readonly [index: number, result: string, ...parameters: string[]];

/** The functions of ONNX Runtime's C API that we call. `void *` results are OrtStatus: null means success. */
export const signatures = {
  GetErrorCode: [1, 'int', 'void *'],
  GetErrorMessage: [2, 'str', 'void *'],
  CreateEnv: [3, 'void *', 'int', 'str', 'void *'],
  CreateSession: [7, 'void *', 'void *', process.platform === 'win32' ? 'str16' : 'str', 'void *', 'void *'],
  Run: [9, 'void *', 'void *', 'void *', 'void *', 'void *', 'size_t', 'void *', 'size_t', 'void *'],
  CreateSessionOptions: [10, 'void *', 'void *'],
  SetIntraOpNumThreads: [24, 'void *', 'void *', 'int'],
  SetInterOpNumThreads: [25, 'void *', 'void *', 'int'],
  CreateRunOptions: [39, 'void *', 'void *'],
  RunOptionsSetTerminate: [46, 'void *', 'void *'],
  RunOptionsUnsetTerminate: [47, 'void *', 'void *'],
  CreateTensorAsOrtValue: [48, 'void *', 'void *', 'void *', 'size_t', 'int', 'void *'],
  CreateTensorWithDataAsOrtValue: [
    49,
    'void *',
    'void *',
    'void *',
    'size_t',
    'void *',
    'size_t',
    'int',
    'void *',
  ],
  CreateMemoryInfo: [68, 'void *', 'str', 'int', 'int', 'int', 'void *'],
  CreateCpuMemoryInfo: [69, 'void *', 'int', 'int', 'void *'],
  GetAllocatorWithDefaultOptions: [78, 'void *', 'void *'],
  ReleaseEnv: [92, 'void', 'void *'],
  ReleaseStatus: [93, 'void', 'void *'],
  ReleaseMemoryInfo: [94, 'void', 'void *'],
  ReleaseSession: [95, 'void', 'void *'],
  ReleaseValue: [96, 'void', 'void *'],
  ReleaseRunOptions: [97, 'void', 'void *'],
  ReleaseSessionOptions: [100, 'void', 'void *'],
  GetAvailableProviders: [125, 'void *', 'void *', 'void *'],
  ReleaseAvailableProviders: [126, 'void *', 'void *', 'int'],
  AddSessionConfigEntry: [130, 'void *', 'void *', 'str', 'str'],
  CreateAllocator: [131, 'void *', 'void *', 'void *', 'void *'],
  ReleaseAllocator: [132, 'void', 'void *'],
  SessionOptionsAppendExecutionProvider_CUDA_V2: [204, 'void *', 'void *', 'void *'],
  CreateCUDAProviderOptions: [205, 'void *', 'void *'],
  ReleaseCUDAProviderOptions: [208, 'void', 'void *'],
  SessionOptionsAppendExecutionProvider: [216, 'void *', 'void *', 'str', 'void *', 'void *', 'size_t'],
} as const satisfies Record<string, Signature>;
