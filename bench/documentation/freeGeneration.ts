import { neverAborted } from '../../src/base/abort';
import type { LanguageModel } from '../../src/runtime/languageModel';
import type { DocumentationItem } from './items';

const maxTokens = 300;
const kinds: Readonly<Record<DocumentationItem['language'], string>> = {
  python: 'Google-style docstring',
  java: 'Javadoc comment',
  go: 'Go doc comment',
  typescript: 'TSDoc comment',
  javascript: 'JSDoc comment',
};

/** The comment that the model writes when it is asked for one in a chat, with nothing of ours around it. */
export async function generateFreely(
  { engine, tokenizer }: LanguageModel,
  item: DocumentationItem,
): Promise<string> {
  const special = (name: string) => {
    const id = tokenizer.specialId(name);
    if (id === undefined) {
      throw new Error(`the model has no ${name}`);
    }
    return id;
  };
  const start = special('<|im_start|>');
  const end = special('<|im_end|>');
  const turn = (text: string) => [start, ...tokenizer.encode(text), end, ...tokenizer.encode('\n')];
  const request = [
    `Write a ${kinds[item.language]} for this function: a summary, then every parameter and the returned value.`,
    'Answer with the comment only.',
    `\n\`\`\`${item.language}\n${item.code_without_doc.slice(0, 4_000)}\n\`\`\``,
  ].join('\n');
  // ChatML with the system message that the template of Qwen2.5-Coder puts in by itself.
  const promptIds = [
    ...turn('system\nYou are Qwen, created by Alibaba Cloud. You are a helpful assistant.'),
    ...turn(`user\n${request}`),
    start,
    ...tokenizer.encode('assistant\n'),
  ];
  const stopIds = new Set([...tokenizer.endOfTextIds, end]);
  const { tokens } = await engine.generate({ promptIds, maxTokens, stopIds }, neverAborted);
  return extractComment(tokenizer.decode(tokens.map((token) => token.id)), item.language);
}

/** The first comment in the reply, whether or not code or remarks stand around it. */
function extractComment(reply: string, language: DocumentationItem['language']): string {
  const inner = /```\w*\n([\s\S]*?)(```|$)/.exec(reply)?.[1] ?? reply;
  const patterns = { python: /"""[\s\S]*?"""|'''[\s\S]*?'''/, go: /(^[ \t]*\/\/.*\n?)+|\/\*[\s\S]*?\*\//m };
  const pattern = language === 'python' || language === 'go' ? patterns[language] : /\/\*\*[\s\S]*?\*\//;
  return pattern.exec(inner)?.[0] ?? inner;
}
