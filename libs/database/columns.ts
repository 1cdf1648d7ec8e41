import { type Uuid, writeUuid } from '#kernel';

/**
 * Array parameters for `unnest`, in PostgreSQL's binary format (`array_send` and the types' own send functions in
 * src/backend/utils/adt; the driver passes a Buffer on as binary). As text each value would be escaped here, copied once
 * more by the driver, and taken apart again by the server character by character: the hot statements send some thirty
 * columns of some hundred values each.
 *
 * Every function takes the rows and what the column holds of one. A column in which no row has a value is sent as an
 * empty array: `unnest` of several arrays fills the shorter ones up with nulls.
 */
export type ColumnOf<Row, Value> = (row: Row) => Value | null;

/** Type numbers of pg_type.dat. */
const BOOL = 16;
const INT4 = 23;
const TEXT = 25;
const FLOAT4 = 700;
const FLOAT8 = 701;
const TIMESTAMPTZ = 1184;
const UUID = 2950;

/** Dimensions, whether there may be nulls, element type, length, lower bound: 4 bytes each. */
const HEADER_BYTES = 20;
const LENGTH_BYTES = 4;
const NULL_LENGTH = -1;

/** PostgreSQL counts time in microseconds from 2000-01-01. */
const POSTGRES_EPOCH_MS = 946_684_800_000;
const TWO_TO_THE_32 = 2 ** 32;

export function uuidColumn<Row>(rows: readonly Row[], of: ColumnOf<Row, Uuid>): Buffer {
  return fixedColumn(rows, of, UUID, 16, writeUuid);
}

/** Whole numbers of 32 bits. */
export function intColumn<Row>(rows: readonly Row[], of: ColumnOf<Row, number>): Buffer {
  return fixedColumn(rows, of, INT4, 4, writeInt);
}

export function realColumn<Row>(rows: readonly Row[], of: ColumnOf<Row, number>): Buffer {
  return fixedColumn(rows, of, FLOAT4, 4, writeFloat);
}

export function doubleColumn<Row>(rows: readonly Row[], of: ColumnOf<Row, number>): Buffer {
  return fixedColumn(rows, of, FLOAT8, 8, writeDouble);
}

/** Epoch milliseconds, as `timestamptz`. */
export function timeColumn<Row>(rows: readonly Row[], of: ColumnOf<Row, number>): Buffer {
  return fixedColumn(rows, of, TIMESTAMPTZ, 8, writeTime);
}

export function boolColumn<Row>(rows: readonly Row[], of: ColumnOf<Row, boolean>): Buffer {
  return fixedColumn(rows, of, BOOL, 1, writeBool);
}

/** Any text without NUL, which PostgreSQL's text cannot hold: the server refuses it as a data error. */
export function textColumn<Row>(rows: readonly Row[], of: ColumnOf<Row, string>): Buffer {
  let bytes = 0;
  let isEmpty = true;
  for (const row of rows) {
    const value = of(row);
    if (value === null) continue;
    bytes += Buffer.byteLength(value);
    isEmpty = false;
  }
  if (isEmpty) return emptyColumn(TEXT);
  const column = Buffer.allocUnsafe(HEADER_BYTES + rows.length * LENGTH_BYTES + bytes);
  let at = writeHeader(column, TEXT, rows.length);
  for (const row of rows) {
    const value = of(row);
    const length = value === null ? NULL_LENGTH : column.write(value, at + LENGTH_BYTES);
    at = writeInt(column, at, length);
    if (value !== null) at += length;
  }
  return column;
}

/** Writes a value at a place and answers where the next one goes. */
type Write<Value> = (column: Buffer, at: number, value: Value) => number;

function fixedColumn<Row, Value>(
  rows: readonly Row[],
  of: ColumnOf<Row, Value>,
  type: number,
  size: number,
  write: Write<Value>,
): Buffer {
  const column = Buffer.allocUnsafe(HEADER_BYTES + rows.length * (LENGTH_BYTES + size));
  let at = writeHeader(column, type, rows.length);
  let isEmpty = true;
  for (const row of rows) {
    const value = of(row);
    if (value === null) {
      at = writeInt(column, at, NULL_LENGTH);
    } else {
      at = write(column, writeInt(column, at, size), value);
      isEmpty = false;
    }
  }
  return isEmpty ? emptyColumn(type) : column.subarray(0, at);
}

function emptyColumn(type: number): Buffer {
  const column = Buffer.alloc(HEADER_BYTES - 2 * LENGTH_BYTES);
  writeInt(column, 8, type);
  return column;
}

function writeHeader(column: Buffer, type: number, length: number): number {
  let at = writeInt(column, 0, 1);
  at = writeInt(column, at, 1);
  at = writeInt(column, at, type);
  at = writeInt(column, at, length);
  return writeInt(column, at, 1);
}

/** By hand: four stores without the range checks of `writeInt32BE`, which is called for every value. */
function writeInt(column: Buffer, at: number, value: number): number {
  column[at] = value >> 24;
  column[at + 1] = value >> 16;
  column[at + 2] = value >> 8;
  column[at + 3] = value;
  return at + 4;
}

function writeFloat(column: Buffer, at: number, value: number): number {
  return column.writeFloatBE(value, at);
}

function writeDouble(column: Buffer, at: number, value: number): number {
  return column.writeDoubleBE(value, at);
}

function writeTime(column: Buffer, at: number, epochMs: number): number {
  const micros = Math.round((epochMs - POSTGRES_EPOCH_MS) * 1_000);
  const high = Math.floor(micros / TWO_TO_THE_32);
  return writeInt(column, writeInt(column, at, high), micros - high * TWO_TO_THE_32);
}

function writeBool(column: Buffer, at: number, value: boolean): number {
  column[at] = value ? 1 : 0;
  return at + 1;
}

type Nullable<T> = T | null | undefined;

/** An array literal of values that never need quoting: UUIDs, numbers, booleans, and words of [a-z_]. */
export function plainArray(values: readonly Nullable<string | number | boolean>[]): string {
  let literal = '{';
  for (let index = 0; index < values.length; index++) {
    if (index > 0) literal += ',';
    literal += values[index] ?? 'NULL';
  }
  return `${literal}}`;
}

/** An array literal of any text without NUL. */
export function textArray(values: readonly Nullable<string>[]): string {
  return `{${values.map((value) => (value == null ? 'NULL' : `"${value.replace(/["\\]/g, '\\$&')}"`)).join(',')}}`;
}
