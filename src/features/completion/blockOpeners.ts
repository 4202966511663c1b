/** Lines below which a block begins, in languages that do not open it with a brace; less the white space at their end. */

export const pythonOpener =
  /^\s*(?:(?:async\s+)?(?:def|class|if|elif|else|for|while|with|try|except|finally|match|case)\b.*|[)\]}].*):$/;

/** A definition, an arrow, or a word that an expression or a list of declarations follows. */
export const functionalOpener =
  /(?:=|->|\b(?:where|do|of|then|else|let|with|try|finally|begin|struct|sig|class|interface|receive))$/;

export const coffeeScriptOpener =
  /[-=]>$|^\s*(?:if|unless|else|for|while|until|loop|switch|when|try|catch|finally|class)\b(?!.*\bthen\b)/;

/** A key without a value, or with one whose lines follow. */
export const yamlOpener = /^[^#]*[^#\s]:(?:\s[|>][-+]?)?$/;

/** A line that ends with a colon or `=`, as in Nim. */
export const colonOpener = /[:=]$/;

/** Ruby, Lua, Elixir, Julia and shells. */
export const wordOpener =
  /\{$|^\s*(?:def|class|module|(?:local\s+)?function|if|elsif|elseif|else|unless|while|until|for|begin|case|when)\b(?!.*\bend$)|\b(?:do|then|begin)(?:\s*\|[^|]*\|)?$/;

/** Pascal and those that take after it: Ada, VHDL, Verilog. */
export const beginOpener = /\b(?:begin|then|else|do|of|is|loop|repeat|record|generate|try|except|finally)$/i;

export const visualBasicOpener = new RegExp(
  String.raw`^\s*(?:(?:public|private|protected|friend|shared|overridable|overrides|mustinherit|notinheritable|partial|` +
    String.raw`async|iterator|readonly|default|shadows|static)\s+)*` +
    String.raw`(?:sub|function|class|module|structure|interface|enum|namespace|get|set|if|elseif|else|for|while|do|` +
    String.raw`select\s+case|case|try|catch|finally|with|using|synclock)\b(?!.*\bthen\s+[^'\s])`,
  'i',
);

export const matlabOpener =
  /^\s*(?:function|if|elseif|else|for|parfor|while|switch|case|otherwise|try|catch|classdef|methods|properties)\b(?!.*\bend;?$)/;

/** Modules, types and procedures, and `if` and `do` with what follows them. */
export const fortranOpener =
  /^\s*(?:(?:recursive|pure|elemental)\s+)*(?:program|module|subroutine|function|interface|do|else|contains|type\b(?!\s*\()|select\s+case|case)\b|\bthen$/i;
