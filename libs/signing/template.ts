/** A piece of what is signed: text that is always the same, or what a request has of its own. */
export type TemplatePart = { readonly text: string } | { readonly field: TemplateField };

export const TEMPLATE_FIELDS = ['id', 'timestamp', 'body'] as const;
export type TemplateField = (typeof TEMPLATE_FIELDS)[number];

const PIECE = /\{(id|timestamp|body)\}|[^{}]+|[{}]/g;

/** Takes `v0:{timestamp}:{body}` apart, or says why not, as what follows "the content". */
export function parseTemplate(content: string): { parts: TemplatePart[] } | { refusal: string } {
  const parts: TemplatePart[] = [];
  for (const [piece, field] of content.matchAll(PIECE)) {
    if (piece === '{' || piece === '}') {
      return { refusal: 'must have braces only around {id}, {timestamp} and {body}' };
    }
    parts.push(field === undefined ? { text: piece } : { field: field as TemplateField });
  }
  if (!parts.some((part) => 'field' in part && part.field === 'body')) {
    return { refusal: 'must have {body}, or anybody could change it' };
  }
  return { parts };
}
