import { applyDecorators, type Type } from '@nestjs/common';
import { getMetadataStorage, ValidateNested } from 'class-validator';

/** What a query parameter's text is turned into before it is validated; text that is no such thing stays text. */
export type QueryKind = 'integer' | 'flag' | 'time' | 'list';

const NESTED = 'posthorn:nested';
const QUERY_KIND = 'posthorn:query-kind';

/** A field that holds an object of its own (or, with `each`, an array of them) with its own rules. */
export function Nested(type: () => Type, { each = false } = {}): PropertyDecorator {
  return applyDecorators(setField(NESTED, { type, each }), ValidateNested({ each }));
}

export function FromQuery(kind: QueryKind): PropertyDecorator {
  return setField(QUERY_KIND, kind);
}

export function nestedFieldOf(dto: Type, field: string): { type: () => Type; each: boolean } | undefined {
  return Reflect.getMetadata(NESTED, dto.prototype as object, field) as ReturnType<typeof nestedFieldOf>;
}

export function queryKindOf(dto: Type, field: string): QueryKind | undefined {
  return Reflect.getMetadata(QUERY_KIND, dto.prototype as object, field) as QueryKind | undefined;
}

const fieldsByDto = new WeakMap<Type, ReadonlySet<string>>();

/** The fields that a DTO knows: those with at least one rule. */
export function fieldsOf(dto: Type): ReadonlySet<string> {
  let fields = fieldsByDto.get(dto);
  if (!fields) {
    const rules = getMetadataStorage().getTargetValidationMetadatas(dto, '', false, false);
    fields = new Set(rules.map(({ propertyName }) => propertyName));
    fieldsByDto.set(dto, fields);
  }
  return fields;
}

function setField(key: string, value: unknown): PropertyDecorator {
  return (target, field) => Reflect.defineMetadata(key, value, target, field);
}
