import { Template } from '@huggingface/jinja';
import { describeError, UserError } from '../../base/errors';
import { withinTime } from './withinTime';

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** What the format needs of the tokenizer. */
export interface ChatTokenizer {
  encode(text: string): number[];
  countTokens(text: string): number;
  decode(ids: readonly number[]): string;
  tokenBytes(id: number): Uint8Array;
  specialId(name: string): number | undefined;
  readonly endOfTextIds: readonly number[];
}

/** The prompt format of one model. */
export interface ChatFormat {
  /**
   * The ids of a conversation, up to where the model's answer begins. Special tokens come from the template alone:
   * one that is named in a message stays text. Throws a `UserError` (`unsupported-model`) when the template cannot
   * be rendered, or drops a message.
   */
  encode(messages: readonly ChatMessage[]): number[];
  /** Ids that end an answer. */
  readonly stopIds: ReadonlySet<number>;
}

/**
 * The format that a GGUF's own chat template describes (Jinja); without a template, ChatML where the model has its
 * tokens. Throws a `UserError` (`unsupported-model`) when there is neither, or the template is damaged.
 */
export function createChatFormat(chatTemplate: string | undefined, tokenizer: ChatTokenizer): ChatFormat {
  const template = parseTemplate(chatTemplate ?? chatMarkup(tokenizer));
  const end = tokenizer.specialId('<|im_end|>');
  const encode = (messages: readonly ChatMessage[]) =>
    encodeRendered(render(template, messages, tokenizer), messages, tokenizer);
  return {
    encode(messages) {
      try {
        return encode(messages);
      } catch (error) {
        const asked = systemAsPartOfQuestion(messages);
        if (asked === undefined) {
          throw error;
        }
        return encode(asked);
      }
    },
    stopIds: new Set([...tokenizer.endOfTextIds, ...(end === undefined ? [] : [end])]),
  };
}

/** For templates that know no system message, such as that of StarCoder2-Instruct. */
function systemAsPartOfQuestion([system, question, ...rest]: readonly ChatMessage[]):
  readonly ChatMessage[] | undefined {
  return system?.role === 'system' && question?.role === 'user'
    ? [{ role: 'user', content: `${system.content}\n\n${question.content}` }, ...rest]
    : undefined;
}

/** The format that Qwen and many others were trained with. */
function chatMarkup(tokenizer: ChatTokenizer): string {
  if (tokenizer.specialId('<|im_start|>') === undefined || tokenizer.specialId('<|im_end|>') === undefined) {
    throw unusable('it has no chat template');
  }
  return "{% for message in messages %}{{ '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}{% endfor %}{{ '<|im_start|>assistant\\n' }}";
}

/** Real templates take milliseconds; one that loops for ever must not hold up all windows. */
const templateLimitMs = 1_000;

function parseTemplate(source: string): Template {
  try {
    return withinTime(templateLimitMs, () => new Template(source));
  } catch (error) {
    throw unusable(`its chat template is damaged: ${describeError(error)}`);
  }
}

/** Placeholders stand for the messages, so that what the template writes can be told from what users wrote. */
function render(template: Template, messages: readonly ChatMessage[], tokenizer: ChatTokenizer): string {
  const firstKnown = (names: readonly string[]) =>
    names.find((name) => tokenizer.specialId(name) !== undefined);
  const endId = tokenizer.endOfTextIds[0];
  try {
    const values = {
      messages: messages.map(({ role }, index) => ({ role, content: placeholder(index) })),
      add_generation_prompt: true,
      enable_thinking: false, // Qwen3 would think for hundreds of tokens before the first word of its answer.
      bos_token: firstKnown(['<|begin_of_text|>', '<s>']) ?? '',
      eos_token: endId === undefined ? '' : tokenizer.decode([endId]),
    };
    return withinTime(templateLimitMs, () => template.render(values));
  } catch (error) {
    throw unusable(`its chat template cannot be used: ${describeError(error)}`);
  }
}

/** Characters of the private use area, which no template holds. */
function placeholder(index: number): string {
  return `\uE0FA${index}\uE0FB`;
}

function encodeRendered(
  rendered: string,
  messages: readonly ChatMessage[],
  tokenizer: ChatTokenizer,
): number[] {
  // Not spread into `push`: the ids of a large selection are more than a call takes arguments.
  let ids: number[] = [];
  const used = new Set<number>();
  // Text is encoded in the longest possible runs: tokens may span the border of a message.
  let text = '';
  for (const part of rendered.split(/(\uE0FA\d+\uE0FB|<[^<>\s]+>|\[[^[\]\s]+\])/)) {
    const index = part.startsWith('\uE0FA') ? Number(part.slice(1, -1)) : undefined;
    const special = index === undefined ? tokenizer.specialId(part) : undefined;
    if (special !== undefined) {
      ids = ids.concat(tokenizer.encode(text), special);
      text = '';
    } else if (index === undefined) {
      text += part;
    } else {
      used.add(index);
      text += messages[index]?.content ?? '';
    }
  }
  if (used.size < messages.length) {
    throw unusable('its chat template leaves messages out');
  }
  return ids.concat(tokenizer.encode(text));
}

function unusable(reason: string): UserError {
  return new UserError(
    'unsupported-model',
    `The model cannot be asked questions: ${reason}.`,
    'Choose a model that was trained for chat ("instruct").',
  );
}
