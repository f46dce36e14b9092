import type { Document, ParsedNode } from "yaml";
import { createParserPace } from "#daemon/pace.ts";
import { type Judgement, nowhere, placeOf } from "#daemon/validate/text.ts";
import { createYamlStructure } from "#daemon/validate/yaml-structure.ts";

/** The parser that knows lines takes up to 350 bytes for each character, and sexton lives in 128 MiB. */
const mostCharacters = 128 * 1024;

/** By the codes of the package's errors, whose messages quote. */
const reasons: Readonly<Record<string, string>> = {
  ALIAS_PROPS: "an alias has an anchor or a tag",
  BAD_ALIAS: "an alias is not well formed",
  BAD_COLLECTION_TYPE: "a tag does not fit what it is of",
  BAD_DIRECTIVE: "a directive is not well formed",
  BAD_DQ_ESCAPE: "there is no such escape in double quotes",
  BAD_INDENT: "the indentation does not fit, or a bracket or brace is not closed",
  BAD_PROP_ORDER: "an anchor or a tag is at the wrong place",
  BAD_SCALAR_START: "a plain value begins with a reserved character: quote it",
  BLOCK_AS_IMPLICIT_KEY: "a mapping begins within a line that is one already: quote what has a colon",
  BLOCK_IN_FLOW: "a block collection is within brackets or braces",
  DUPLICATE_KEY: "a key is there twice",
  KEY_OVER_1024_CHARS: "a key is longer than 1,024 characters",
  MISSING_CHAR: "a closing quote, bracket or brace, a comma or a colon is missing",
  MULTILINE_IMPLICIT_KEY: "a key goes over more than one line",
  MULTIPLE_ANCHORS: "a node has more than one anchor",
  MULTIPLE_TAGS: "a node has more than one tag",
  NON_STRING_KEY: "a key is not text",
  TAB_AS_INDENT: "a tab is used as indentation",
  TAG_RESOLVE_FAILED: "a tag does not fit its value",
  UNEXPECTED_TOKEN: "something is not expected here",
};
const unknownReason = "it is not valid YAML";
const tooDeep = { unjudged: "is nested too deep" };

/**
 * YAML 1.2: every document of it, with keys that are there twice and aliases that lead nowhere. What is larger is read by
 * Bun's own parser, which takes a tenth of the memory and of the time, and tells neither lines nor keys that are there
 * twice (Bun 1.4.5).
 */
export async function faultOfYaml(text: string, abort: AbortSignal): Promise<Judgement> {
  if (text.length > mostCharacters) return faultOfLarge(text);
  const { Lexer, Parser, Composer } = await import("yaml");
  const structure = createYamlStructure(await import("yaml"));
  // To look whether a key is there by going through all others takes seconds for some thousands of them.
  const composer = new Composer({ prettyErrors: false, uniqueKeys: false, logLevel: "silent" });
  const parser = new Parser();
  const pace = createParserPace(abort);

  function judge(documents: Iterable<Document | Document.Parsed>): Judgement {
    for (const { errors, contents } of documents) {
      const [error] = errors;
      if (error?.code === "RESOURCE_EXHAUSTION") return tooDeep;
      if (error) return { ...placeOf(text, error.pos[0]), reason: reasons[error.code] ?? unknownReason };
      const flaw = structure(contents as ParsedNode | null);
      if (flaw) return { ...(flaw.offset === null ? nowhere : placeOf(text, flaw.offset)), reason: flaw.reason };
    }
    return null;
  }

  let lexemes = 0;
  for (const lexeme of new Lexer().lex(text)) {
    if (++lexemes % 500 === 0) await pace();
    for (const token of parser.next(lexeme)) {
      const found = judge(composer.next(token));
      if (found) return found;
    }
  }
  for (const token of parser.end()) {
    const found = judge(composer.next(token));
    if (found) return found;
  }
  return judge(composer.end());
}

function faultOfLarge(text: string): Judgement {
  try {
    Bun.YAML.parse(text);
    return null;
  } catch (cause) {
    if (cause instanceof RangeError) return tooDeep;
    return { ...nowhere, reason: `${unknownReason}; of a file of more than 128 KiB the line is not told` };
  }
}
