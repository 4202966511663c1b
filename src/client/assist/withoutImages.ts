/**
 * A model's Markdown, in which nothing is shown as an image: the editor would fetch it from whatever host it names, and the
 * address could carry text of the explained file there. Links stay; they do nothing before the user opens one.
 */
export function withoutImages(markdown: string): string {
  // `![` begins an image only where some `](`, `][` or `]:` names its address (CommonMark 0.31, section 6.4); without one
  // it is code, such as Rust's `vec![1]`, and stays as it is. A space and not a backslash, which marked, the library of
  // VS Code, does not heed after two brackets, and which would be wrong in code.
  return /\](?:[([]|:)/.test(markdown) ? markdown.replaceAll('![', '! [') : markdown;
}
