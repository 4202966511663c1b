import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const modulesFolder = resolve(import.meta.dirname, '../../node_modules');
const longestSampleLength = 80_000;

/** Real files that every checkout has, by language; long ones are cut. */
export const realFiles: Readonly<Record<string, string>> = {
  TypeScript: 'typescript/lib/lib.es5.d.ts',
  JavaScript: 'commander/lib/command.js',
  'JavaScript, minified': 'playwright-core/lib/utilsBundle.js',
  'JavaScript, CRLF': 'tslib/tslib.js',
  'JavaScript, escapes': 'emoji-regex/index.js',
  Python: 'flatted/python/flatted.py',
  Go: 'flatted/golang/pkg/flatted/flatted.go',
  PHP: 'flatted/php/flatted.php',
  'C++': 'koffi/src/koffi/src/ffi.cc',
  C: 'koffi/vendor/node-api-headers/include/js_native_api.h',
  CMake: 'koffi/src/koffi/CMakeLists.txt',
  CSS: 'playwright-core/lib/vite/htmlReport/report.css',
  Markdown: 'undici/README.md',
  JSON: 'mime-db/db.json',
  'JSON, Japanese': 'typescript/lib/ja/diagnosticMessages.generated.json',
  'JSON, Chinese': 'typescript/lib/zh-cn/diagnosticMessages.generated.json',
  'JSON, Korean': 'typescript/lib/ko/diagnosticMessages.generated.json',
  'JSON, Russian': 'typescript/lib/ru/diagnosticMessages.generated.json',
  'WebAssembly, as if it were UTF-8': 'tiktoken/lite/tiktoken_bg.wasm',
};

export function readRealFile(path: string): string {
  return readFileSync(resolve(modulesFolder, path), 'utf8').slice(0, longestSampleLength);
}

/** What the real files lack. */
export const handMade: Readonly<Record<string, string>> = {
  Java: [
    'package net.example;',
    'public final class Point<T extends Comparable<? super T>> implements Serializable {',
    '\tprivate static final long serialVersionUID = 0x1F_2EL;',
    '\t@Override public String toString() { return "(" + x + ", " + y + ")"; }',
    '}',
  ].join('\r\n'),
  Rust: [
    "impl<'a, T: ?Sized + 'static> Iterator for Walk<'a, T> {",
    "    type Item = &'a str; // it's, IT'S, we'll, WE'LL, they'Re",
    '    fn next(&mut self) -> Option<Self::Item> { self.0.get(..=1_000usize)?.split("::").nth(3) }',
    '}\n\n\n#[derive(Debug)]\nstruct Unit;\n',
  ].join('\n'),
  'white space': 'a  b   c\t\td \t e\n\n\n  f\r\n\r\n\tg\u00a0h\u2003i\u3000j \n \n   \n\t',
  'emoji and joiners': '👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 🇳🇱🇯🇵 1️⃣ ☃️ — “quotes” … 🙂🙂🙂',
  'combining marks, not normalised': 'e\u0301 é n\u0303 ñ \u1100\u1161\u11a8 각 ﬁ Å \u212b',
  'right to left and Indic': 'שלום עולם  مرحبا بالعالم ١٢٣ नमस्ते दुनिया १२३ สวัสดี',
  CJK: '变量名 = 計算する(値、結果);// 注释：这是“测试”。\n안녕하세요 세계 １２３',
  'numbers and signs': '0xDEADBEEF 1e-10 3.14159 ١٢ ½ ² Ⅷ a+=b<<=c>>>=d!==e?.f??g&&h||~i',
  'control characters': 'a\u0000b\u0001\u001b[31mred\u001b[0m\u007f\u000b\u000c',
  'names of special tokens':
    '<|endoftext|> <|fim_prefix|>x<|fim_suffix|> <|im_start|>user\n</tool_call>[PAD151700]',
};
