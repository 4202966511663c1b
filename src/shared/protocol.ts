/**
 * Everything the two processes say to each other besides the Language Server Protocol. Each message says who sends
 * it and why. Values are plain JSON: `null` for "not known", never `undefined`.
 */
import type { ErrorCode } from '../base/errors';
import {
  NotificationType,
  NotificationType0,
  RequestType,
  RequestType0,
} from 'vscode-languageserver-protocol';
import type { CudaSupport } from './cudaSupport';
import type { DeviceLost, DeviceReport, ModelDescription, ModelState } from './modelState';
import type { Settings } from './settings';

/** `initializationOptions`, and again in `sotto/configuration` when anything of it changes. */
export interface ServerConfiguration {
  readonly settings: Settings;
  /** False: the model sees only the file that is worked on, and settings of the workspace name no paths. */
  readonly workspaceTrusted: boolean;
  /** The editor's own, for a download; one in the server's environment wins. */
  readonly proxy: ProxySettings;
}

export interface ProxySettings {
  /** Empty: none. */
  readonly url: string;
  /** Hosts that are reached without it. */
  readonly noProxy: readonly string[];
}

/** A place in a document, in the protocol's terms: zero-based line, UTF-16 character. */
export interface DocumentPosition {
  readonly uri: string;
  readonly position: { readonly line: number; readonly character: number };
}

/** Client to server: the user changed a setting or trusted the workspace. */
export const configurationNotification = new NotificationType<ServerConfiguration>('sotto/configuration');

/** Client to server: the user wants a new process; this one ends, for all windows. */
export const endProcessNotification = new NotificationType0('sotto/endProcess');

/** Server to client, at every change of the model's state: the status item shows it. */
export const modelStateNotification = new NotificationType<ModelState>('sotto/modelState');

/** Client to server after it connects, for the changes it was not there to hear. */
export const modelStateRequest = new RequestType0<ModelState, void>('sotto/getModelState');

/** Client to server, for the first-run offer and the model picker. */
export const modelListRequest = new RequestType0<readonly ModelDescription[], void>('sotto/listModels');

/** Server to client, when a larger model would keep up with typing on this machine: offered to the user once. */
export const fittingModelNotification = new NotificationType<ModelDescription>('sotto/fittingModel');

/** Client to server, for the menu of devices. */
export const deviceReportRequest = new RequestType0<DeviceReport, void>('sotto/devices');

/**
 * Client to server, when the user chose a device in the menu, before the setting is written: what is held against it is
 * forgotten, and where the setting named it already it is tried again.
 */
export const deviceChosenRequest = new RequestType<{ readonly device: string }, void, void>(
  'sotto/deviceChosen',
);

/** Client to server, for the command that gets CUDA's part of ONNX Runtime: what is there, and what could be had. */
export const cudaSupportRequest = new RequestType0<CommandResult<CudaSupport>, void>('sotto/cudaSupport');

/**
 * Client to server, only after the user saw its size, hash and licence and asked for it: takes the provider from a
 * folder, or fetches it (null). Cancelling the request stops the download.
 */
export const getCudaRequest = new RequestType<
  { readonly folder: string | null },
  CommandResult<CudaSupport>,
  void
>('sotto/getCuda');

/**
 * Server to client, when the device that ran the model failed and the CPU goes on: told to the user once, in the window
 * whose request it was, or the first.
 */
export const deviceLostNotification = new NotificationType<DeviceLost>('sotto/deviceLost');

/**
 * Client to server, only after the user asked for it: download what is missing, prepare and load the configured
 * model. Progress arrives as `sotto/modelState`; cancelling the request stops the download, which a later request
 * resumes.
 */
export const fetchModelRequest = new RequestType0<FetchModelResult, void>('sotto/fetchModel');

export type FetchModelResult =
  | { readonly kind: 'ready' }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly reason: string; readonly advice: string };

/** Client to server, before a GGUF file of the user's goes into the settings: whether it could be used. */
export const modelFileCheckRequest = new RequestType<{ readonly path: string }, CommandResult<null>, void>(
  'sotto/checkModelFile',
);

/** Client to server, when the user asks "why no suggestion?": the last outcomes as text. */
export const outcomesPageRequest = new RequestType0<string, void>('sotto/outcomesPage');

/**
 * Server to client: a suggestion that a deadline cut short, or kept from appearing, is there in full, or the model that
 * it takes is in memory. The client asks again, as if unasked, if the cursor still stands there.
 */
export const suggestionReadyNotification = new NotificationType<ReadySuggestion>('sotto/suggestionReady');

export interface ReadySuggestion extends DocumentPosition {
  /** A part of it was given to the editor: where the user has dismissed that, the rest is not wanted either. */
  readonly isPartShown: boolean;
}

/** Client to server, when a suggestion was handed to the editor and the request was not cancelled meanwhile. */
export const suggestionShownNotification = new NotificationType<SuggestionReference>('sotto/suggestionShown');

/** Client to server, from the command that VS Code runs after it inserted a suggestion. */
export const suggestionAcceptedNotification = new NotificationType<SuggestionReference>(
  'sotto/suggestionAccepted',
);

/** Client to server, when a suggestion stood long enough to be read and the user typed something else. */
export const suggestionRejectedNotification = new NotificationType<SuggestionReference>(
  'sotto/suggestionRejected',
);

export interface SuggestionReference {
  readonly suggestionId: number;
}

/** The command of every suggestion, with a `SuggestionReference` as its argument. The client registers it. */
export const acceptedCommand = 'sotto.internal.accepted';

/** Client to server, when the editor asked and the client did not pass the request on: the outcomes page says why. */
export const requestSkippedNotification = new NotificationType<SkippedRequest>('sotto/requestSkipped');

export interface SkippedRequest extends DocumentPosition {
  readonly reason: 'paused' | 'selection';
  readonly detail: string;
}

/** Client to server, when another editor becomes active: the model loads if it has to, and reads the file ahead. */
export const activeEditorNotification = new NotificationType<DocumentPosition>('sotto/activeEditor');

/** Client to server, when the cursor has stood still for a moment: the model reads ahead to it. */
export const cursorRestNotification = new NotificationType<DocumentPosition>('sotto/cursorRest');

/** Client to server, when suggestions are paused or resumed: background work stops meanwhile. */
export const pauseNotification = new NotificationType<PauseState>('sotto/pause');

export interface PauseState {
  /** Everywhere. */
  readonly paused: boolean;
  /** Those that are paused by themselves. */
  readonly languages: readonly string[];
}

/** How a command that needs the model ended. */
export type CommandResult<Value> =
  | { readonly kind: 'done'; readonly value: Value }
  | { readonly kind: 'cancelled' }
  | {
      readonly kind: 'failed';
      readonly code: ErrorCode;
      readonly reason: string;
      readonly advice: string;
    };

/** In the protocol's terms: zero-based line, UTF-16 character. */
export interface Range {
  readonly start: { readonly line: number; readonly character: number };
  readonly end: { readonly line: number; readonly character: number };
}

/** Code in a document; an empty range means the symbol at it. */
export interface CodeReference {
  readonly uri: string;
  readonly range: Range;
}

/** Client to server, before it asks for an explanation: what exactly is meant, and which names are called in it. */
export const subjectRequest = new RequestType<CodeReference, CommandResult<ExplanationSubject>, void>(
  'sotto/subject',
);

export interface ExplanationSubject {
  readonly range: Range;
  readonly name: string | null;
  /** The client asks the editor's own providers about these. */
  readonly calls: readonly { readonly name: string; readonly position: Range['start'] }[];
}

/**
 * Client to server: explain code, or answer a question about it. The text arrives as `sotto/explanationProgress`
 * while it is made, and whole in the end; cancelling the request stops it.
 */
export const explainRequest = new RequestType<ExplainParameters, CommandResult<ExplanationAnswer>, void>(
  'sotto/explain',
);

export type ExplainParameters =
  | (CodeReference & {
      readonly kind: 'code';
      readonly requestId: number;
      readonly facts: readonly { readonly name: string; readonly text: string }[];
      readonly length: 'short' | 'normal' | 'long';
      /** Answered in place of an explanation: it was stopped before the model had read the code. */
      readonly question: string | null;
    })
  | {
      readonly kind: 'question';
      readonly requestId: number;
      readonly conversation: readonly ConversationMessage[];
      readonly question: string;
    };

export interface ConversationMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

export interface ExplanationAnswer {
  readonly text: string;
  /** The model was stopped before it came to an end. */
  readonly cut: boolean;
  /** What the model was given, and its answer: a question continues it. */
  readonly conversation: readonly ConversationMessage[];
}

/** Server to client, while an explanation is made. */
export const explanationProgressNotification = new NotificationType<ExplanationProgress>(
  'sotto/explanationProgress',
);

export type ExplanationProgress = { readonly requestId: number } & (
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'prompt'; readonly messages: readonly ConversationMessage[] }
  | { readonly kind: 'part'; readonly name: string; readonly partIndex: number; readonly partCount: number }
);

/** Client to server, when VS Code lists chat models: null while the model cannot be asked. Loads nothing. */
export const chatModelRequest = new RequestType0<ChatModelDescription | null, void>('sotto/chatModel');

export interface ChatModelDescription {
  /** As `ModelState` names it. */
  readonly name: string;
  readonly maxInputTokens: number;
  readonly maxOutputTokens: number;
}

/**
 * Client to server, for another extension or the chat view: answer a conversation. The text arrives as
 * `sotto/chatProgress`; cancelling the request stops it.
 */
export const chatRequest = new RequestType<ChatParameters, CommandResult<ChatAnswer>, void>('sotto/chat');

export interface ChatParameters {
  readonly requestId: number;
  readonly messages: readonly ConversationMessage[];
}

export interface ChatAnswer {
  /** The model was stopped before it came to an end. */
  readonly cut: boolean;
}

/** Server to client, while a conversation is answered: the next piece of the text. */
export const chatProgressNotification = new NotificationType<{
  readonly requestId: number;
  readonly text: string;
}>('sotto/chatProgress');

/** Client to server, for whoever wants to know beforehand what fits. */
export const countTokensRequest = new RequestType<
  { readonly text: string; readonly isMessage: boolean },
  CommandResult<number>,
  void
>('sotto/countTokens');

/** Client to server: documentation comments, as edits of the document in the given version. */
export const documentRequest = new RequestType<DocumentParameters, CommandResult<DocumentAnswer>, void>(
  'sotto/document',
);

export interface DocumentParameters extends CodeReference {
  readonly requestId: number;
  /** `file`: all symbols without a comment; the range is not looked at. */
  readonly scope: 'range' | 'file';
}

export interface DocumentAnswer {
  readonly version: number;
  readonly edits: readonly {
    readonly range: Range;
    readonly newText: string;
    readonly symbolName: string;
  }[];
  readonly symbolCount: number;
  /** Of a file with very many symbols, those that were left for another time. */
  readonly leftCount: number;
}

/** Server to client, before each symbol is documented. */
export const documentProgressNotification = new NotificationType<DocumentStep>('sotto/documentProgress');

export interface DocumentStep {
  readonly requestId: number;
  readonly doneCount: number;
  readonly totalCount: number;
  readonly symbolName: string;
}

/**
 * Server to client, at each change of them: the lines of a document that the model doubts, in the given version and
 * in place of those sent before, the most doubtful first.
 */
export const bugLinesNotification = new NotificationType<BugLines>('sotto/bugLines');

export interface BugLines {
  readonly uri: string;
  readonly version: number;
  readonly lines: readonly BugLine[];
}

export interface BugLine {
  readonly kind: string;
  readonly strength: 'strong' | 'weak';
  /** Of what the edit replaces, or of the line's code. */
  readonly range: Range;
  /** Null for a line that a review ranked high without a better text for it. */
  readonly edit: LikelierEdit | null;
  readonly functionName: string | null;
  /** Of an explicit review. */
  readonly review: ReviewRank | null;
  /** The client remembers it when the user says that the line is right. */
  readonly dismissalKey: string;
}

export interface LikelierEdit {
  /** What stands at the range, and what the model expects there; neither is empty. */
  readonly found: string;
  readonly expected: string;
  /** Natural logarithm of how much likelier the expected text is, with the text after it. */
  readonly logRatioNats: number;
  /** From the evaluation: such slips found, and false flags on lines of good code. */
  readonly record: {
    readonly foundCount: number;
    readonly slipCount: number;
    readonly falseCount: number;
    readonly cleanLineCount: number;
  };
}

export interface ReviewRank {
  /** 1 for the most doubtful line. */
  readonly rank: number;
  /** From the evaluation: functions with a bug, and those of which a review had a line that the fix changed. */
  readonly record: { readonly foundCount: number; readonly functionCount: number };
}

/** Server to client, before a check or a review: what the editor knows of the document. */
export const bugFactsRequest = new RequestType<{ readonly uri: string }, BugFacts, void>('sotto/bugFacts');

export interface BugFacts {
  /** Zero-based lines on which a compiler or linter says something. */
  readonly linesToSkip: readonly number[];
  readonly dismissedKeys: readonly string[];
  /** Kinds of which several findings were dismissed. */
  readonly strictKinds: readonly string[];
}

/** Client to server: a compiler or linter says nothing any more of a line that the last facts told to skip. */
export const linesFreedNotification = new NotificationType<{ readonly uri: string }>('sotto/linesFreed');

/** Client to server: the most doubtful lines of a function or a file; they also arrive as `sotto/bugLines`. */
export const reviewRequest = new RequestType<ReviewParameters, CommandResult<ReviewAnswer>, void>(
  'sotto/review',
);

export interface ReviewParameters extends CodeReference {
  readonly requestId: number;
  /** `function`: those that the range touches; `file`: all, and the range is not looked at. */
  readonly scope: 'function' | 'file';
}

export interface ReviewAnswer {
  readonly version: number;
  readonly lines: readonly BugLine[];
  /** Null for a function without one, for several, and for a file. */
  readonly functionName: string | null;
}

/** Server to client, before each function is reviewed. */
export const reviewProgressNotification = new NotificationType<ReviewStep>('sotto/reviewProgress');

export interface ReviewStep {
  readonly requestId: number;
  readonly doneCount: number;
  readonly totalCount: number;
  readonly functionName: string;
}
