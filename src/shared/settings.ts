/**
 * Every setting of Sotto: default, schema and total parser, once. The client reads VS Code's configuration through
 * `parseSettings` and hands the result to the server; package.json repeats defaults and schemas for the settings
 * editor, and a test proves that the two agree.
 */
export const settingDefinitions = {
  enabled: booleanSetting(true),
  languages: booleanRecordSetting({ '*': true, plaintext: false, markdown: false, log: false }),
  excludedFiles: stringListSetting([
    // Files of these names, not folders: code lies in these.
    '**/{credentials,secret,secrets}',
    '!**/{credentials,secret,secrets}/*',
    '**/*{credentials,secret}*.{json,yaml,yml,toml,ini,properties,txt,xml,env,cfg,conf}',
    '**/.env',
    '**/.envrc',
    '**/.env.*',
    '**/*.env',
    '**/id_{rsa,dsa,ecdsa,ed25519}*',
    '**/*.{key,pem,p8,p12,pfx,ppk}',
    '**/*.{crt,cer,der}',
    '**/*.{jks,keystore,kdbx}',
    '**/*.{asc,gpg}',
    '**/*.ovpn',
    '**/.{netrc,pgpass,npmrc,pypirc,htpasswd,git-credentials,dockercfg}',
    '**/.{ssh,gnupg,aws,kube,azure}/**',
    '**/*.tfvars',
    '**/*.tfvars.json',
    '**/*.min.*',
  ]),
  model: stringSetting('qwen2.5-coder-0.5b'),
  modelPath: stringSetting(''),
  cacheFolder: stringSetting(''),
  // Not `auto` before it has been seen on real graphics cards.
  device: choiceSetting('cpu', ['auto', 'cpu', 'webgpu', 'cuda', 'directml', 'coreml']),
  unloadAfterMinutes: numberSetting(20, 0, 1440),
  'completion.automatic': booleanSetting(true),
  'completion.multiLine': choiceSetting('automatic', ['automatic', 'never']),
  'completion.inComments': booleanSetting(true),
  'completion.inStrings': booleanSetting(true),
  'completion.maximumDelayMs': numberSetting(300, 0, 2000),
  'completion.deadlineMs': numberSetting(1000, 100, 10_000),
  'completion.maxPromptTokens': numberSetting(1200, 128, 4096),
  'bugs.check': choiceSetting('whenSaved', ['automatic', 'whenSaved', 'off']),
  'context.otherFiles': booleanSetting(true),
  'context.warmUp': booleanSetting(true),
} as const;

export type SettingKey = keyof typeof settingDefinitions;

/** All settings as plain values, by their name without the `sotto.` in front. */
export type Settings = {
  readonly [Key in SettingKey]: (typeof settingDefinitions)[Key]['defaultValue'];
};

interface SettingDefinition<T> {
  readonly defaultValue: T;
  /** What package.json must say about the type, as JSON schema. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** Never throws: a value that makes no sense becomes the default, a number out of range the nearest bound. */
  readonly parse: (value: unknown) => T;
}

/** Reads every setting through `read`, which gets the name without `sotto.`; never throws. */
export function parseSettings(read: (key: SettingKey) => unknown): Settings {
  const entries = settingKeys().map((key) => [key, settingDefinitions[key].parse(read(key))] as const);
  return Object.fromEntries(entries) as Settings;
}

/** Settings from a value that crossed the process boundary; never throws. */
export function parseTransferredSettings(value: unknown): Settings {
  const record: Readonly<Record<string, unknown>> =
    typeof value === 'object' && value !== null ? { ...value } : {};
  return parseSettings((key) => record[key]);
}

export function settingKeys(): readonly SettingKey[] {
  return Object.keys(settingDefinitions) as SettingKey[];
}

/** Whether the user wants suggestions in a language: its own entry, then `*`, then yes. */
export function isLanguageEnabled(settings: Settings, languageId: string): boolean {
  const wish = (key: string) =>
    Object.hasOwn(settings.languages, key) ? settings.languages[key] : undefined;
  return wish(languageId) ?? wish('*') ?? true;
}

function booleanSetting(defaultValue: boolean): SettingDefinition<boolean> {
  return {
    defaultValue,
    schema: { type: 'boolean' },
    parse: (value) => (typeof value === 'boolean' ? value : defaultValue),
  };
}

function stringSetting(defaultValue: string): SettingDefinition<string> {
  return {
    defaultValue,
    schema: { type: 'string' },
    parse: (value) => (typeof value === 'string' ? value.trim() : defaultValue),
  };
}

function numberSetting(defaultValue: number, minimum: number, maximum: number): SettingDefinition<number> {
  return {
    defaultValue,
    schema: { type: 'number', minimum, maximum },
    parse: (value) =>
      typeof value === 'number' && Number.isFinite(value)
        ? Math.min(maximum, Math.max(minimum, value))
        : defaultValue,
  };
}

function choiceSetting<const T extends string>(
  defaultValue: NoInfer<T>,
  choices: readonly T[],
): SettingDefinition<T> {
  return {
    defaultValue,
    schema: { type: 'string', enum: choices },
    parse: (value) => choices.find((choice) => choice === value) ?? defaultValue,
  };
}

function stringListSetting(defaultValue: readonly string[]): SettingDefinition<readonly string[]> {
  return {
    defaultValue,
    schema: { type: 'array', items: { type: 'string' } },
    parse: (value) =>
      Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : defaultValue,
  };
}

function booleanRecordSetting(
  defaultValue: Readonly<Record<string, boolean>>,
): SettingDefinition<Readonly<Record<string, boolean>>> {
  return {
    defaultValue,
    schema: { type: 'object', additionalProperties: { type: 'boolean' } },
    parse: (value) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        return defaultValue;
      }
      const entries: readonly (readonly [string, unknown])[] = Object.entries(value);
      return Object.fromEntries(
        entries.filter((entry): entry is [string, boolean] => typeof entry[1] === 'boolean'),
      );
    },
  };
}
